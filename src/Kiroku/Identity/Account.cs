namespace Kiroku.Identity;

/// <summary>A user as kept; tokens issued before <see cref="ValidAfter"/> are void (the password was changed then).</summary>
internal sealed record User
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string PasswordHash { get; init; }

    public bool Enabled { get; init; } = true;

    public DateTime ValidAfter { get; init; }
}

/// <summary>A project as kept: what owns servers and images.</summary>
internal sealed record Project
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public bool Enabled { get; init; } = true;

    public DateTime ValidAfter { get; init; }
}

/// <summary>The one domain, as every Keystone has it from its bootstrap.</summary>
internal static class Domain
{
    public const string Id = "default";
    public const string Name = "Default";
}
