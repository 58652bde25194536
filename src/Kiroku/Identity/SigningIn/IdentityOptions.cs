namespace Kiroku.Identity.SigningIn;

/// <summary>Settings of the service's own identity.</summary>
internal sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>How long a token is good for (Keystone's [token] expiration).</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The region that the catalog and <c>clouds.yaml</c> name: one word.</summary>
    public string Region { get; init; } = "RegionOne";

    /// <summary>
    /// Failed sign-ins of one address with one user before more have to wait. Each service counts by itself, so with
    /// several a guesser has as many times the guesses.
    /// </summary>
    public int FailuresPerUser { get; init; } = 5;

    /// <summary>
    /// Failed sign-ins of one address with any users before more have to wait. Not counted for the host's own address,
    /// which may be a proxy's, nor where a user is known.
    /// </summary>
    public int FailuresPerAddress { get; init; } = 50;

    /// <summary>
    /// Failed sign-ins with one user, of all addresses that the user has not signed in from, before more have to wait.
    /// </summary>
    public int FailuresOfStrangers { get; init; } = 100;

    /// <summary>The longest wait, at most an hour; the first is a second, and each is twice the one before.</summary>
    public TimeSpan FailureDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest wait between two attempts where the user is known, and on the host itself, at most 15 seconds;
    /// attempts wait in line for it.
    /// </summary>
    public TimeSpan FamiliarFailureDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after a sign-in its address counts as known for that user, at most ten years; zero for never.
    /// </summary>
    public TimeSpan KnownFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long after the last failure they are forgotten.</summary>
    public TimeSpan FailureMemory { get; init; } = TimeSpan.FromMinutes(15);
}
