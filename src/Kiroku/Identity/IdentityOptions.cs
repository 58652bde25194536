namespace Kiroku.Identity;

/// <summary>Settings of the identity service; section <c>Identity</c>.</summary>
internal sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>How long a token is good for; Keystone's default ([token] expiration) is an hour.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The region that the catalog names.</summary>
    public string Region { get; init; } = "RegionOne";
}
