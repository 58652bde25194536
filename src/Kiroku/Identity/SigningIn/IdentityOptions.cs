namespace Kiroku.Identity.SigningIn;

/// <summary>Settings of the service's own identity.</summary>
internal sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>How long a token is valid (Keystone's [token] expiration).</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The region that the catalog and <c>clouds.yaml</c> name: one word.</summary>
    public string Region { get; init; } = "RegionOne";

    /// <summary>
    /// Failed sign-ins from one address as one user before further attempts must wait. Each service counts by itself,
    /// so several services allow as many times the guesses.
    /// </summary>
    public int FailuresPerUser { get; init; } = 5;

    /// <summary>
    /// Failed sign-ins from one address as any users before further attempts must wait. Does not apply to the host's
    /// own address, which may be a proxy's, nor where the user is known.
    /// </summary>
    public int FailuresPerAddress { get; init; } = 50;

    /// <summary>
    /// Failed sign-ins as one user, from all addresses where the user is not known, before further attempts must
    /// wait.
    /// </summary>
    public int FailuresOfStrangers { get; init; } = 100;

    /// <summary>The longest wait, at most an hour. The first wait is a second, and each further one is twice as
    /// long.</summary>
    public TimeSpan FailureDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest wait between two attempts where the user is known, and on the host itself; at most 15 seconds.
    /// Attempts queue for it.
    /// </summary>
    public TimeSpan FamiliarFailureDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long an address counts as known for a user after a sign-in from it; at most ten years. Zero means never.
    /// </summary>
    public TimeSpan KnownFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long after the last failure the count is reset.</summary>
    public TimeSpan FailureMemory { get; init; } = TimeSpan.FromMinutes(15);
}
