namespace Kiroku.Identity.Accounts;

/// <summary>A credential with which a program signs in for a user, in one project and with some of the user's roles
/// there.</summary>
internal sealed record ApplicationCredential
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required string ProjectId { get; init; }

    public required string Name { get; init; }

    public required string SecretHash { get; init; }

    public string? Description { get; init; }

    public DateTime? ExpiresAt { get; init; }

    /// <summary>Whether its tokens may create and delete application credentials.</summary>
    public bool Unrestricted { get; init; }

    public DateTime CreatedAt { get; init; }

    public IReadOnlyList<Role> Roles { get; init; } = [];

    public bool HoldsAt(DateTime now) => ExpiresAt is null || now < ExpiresAt;
}
