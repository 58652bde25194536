namespace Kiroku.Identity.SigningIn;

/// <summary>Settings of the identity service; section <c>Identity</c>.</summary>
internal sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>How long a token is good for; Keystone's default ([token] expiration) is an hour.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The region that the catalog names.</summary>
    public string Region { get; init; } = "RegionOne";

    /// <summary>Failed attempts of one address with one user before more have to wait.</summary>
    public int FailuresPerUser { get; init; } = 5;

    /// <summary>Failed attempts of one address with any users before it has to wait.</summary>
    public int FailuresPerAddress { get; init; } = 50;

    /// <summary>
    /// Failed attempts with one user, of all addresses the user has not signed in from, before those have to wait.
    /// </summary>
    public int FailuresOfStrangers { get; init; } = 100;

    /// <summary>The longest wait; the first is a second, and each is twice the one before.</summary>
    public TimeSpan FailureDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait at an address that the user has signed in from, or at this host's own.</summary>
    public TimeSpan FamiliarFailureDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after a sign-in its address counts as known for the user.</summary>
    public TimeSpan KnownFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long after the last failure all are forgotten.</summary>
    public TimeSpan FailureMemory { get; init; } = TimeSpan.FromMinutes(15);
}
