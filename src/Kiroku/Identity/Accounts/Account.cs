using Kiroku.Access;

namespace Kiroku.Identity.Accounts;

/// <summary>
/// A user as kept. <see cref="ValidAfter"/> is a stamp: a token holds only as long as it is what it was (a changed
/// password moves it).
/// </summary>
internal sealed record User
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Empty for a user who has no password.</summary>
    public required string PasswordHash { get; init; }

    public bool Enabled { get; init; } = true;

    public DateTime ValidAfter { get; init; }

    /// <summary>The project of tokens for which none is asked; need not exist.</summary>
    public string? DefaultProjectId { get; init; }

    /// <summary>What else was said of the user (e-mail, description), as a JSON object.</summary>
    public string Extra { get; init; } = "{}";
}

/// <summary>
/// A project as kept: what owns servers and images. <see cref="ValidAfter"/> is a stamp like a user's, moved by not
/// being enabled.
/// </summary>
internal sealed record Project
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public bool Enabled { get; init; } = true;

    public DateTime ValidAfter { get; init; }

    public string? Description { get; init; }

    /// <summary>The project above it; null right below the domain.</summary>
    public string? ParentId { get; init; }

    /// <summary>A JSON array of texts.</summary>
    public string Tags { get; init; } = "[]";

    /// <summary>Whether it is to be neither changed nor deleted.</summary>
    public bool Immutable { get; init; }

    public string Extra { get; init; } = "{}";
}

/// <summary>A role as kept; what it lets one do stands in <see cref="Policy"/>.</summary>
internal sealed record Role
{
    private static readonly Role[] OfKiroku = [.. RoleNames.FromHighest.Select(Of)];

    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public bool Immutable { get; init; }

    public string Extra { get; init; } = "{}";

    /// <summary>Whether it is one of the three that the code knows by name; those stay as they are.</summary>
    public bool IsOfKiroku => RoleNames.FromHighest.Contains(Name);

    /// <summary>The role that it brings with it, if any.</summary>
    public Role? Implied => OfKiroku.SkipWhile(role => role.Name != Name).Skip(1).FirstOrDefault();

    /// <summary>The roles assigned and those they imply, each once, highest first.</summary>
    public static IReadOnlyList<Role> WithImplied(IReadOnlyCollection<Role> assigned)
        => [.. RoleNames.WithImplied(assigned.Select(role => role.Name))
            .Select(name => assigned.FirstOrDefault(role => role.Name == name)
                ?? OfKiroku.Single(role => role.Name == name))];

    /// <summary>One of the three by its name; its id is the same in every installation.</summary>
    public static Role Of(string name) => new() { Id = StableId.Of($"role {name}"), Name = name, Immutable = true };
}

/// <summary>The one domain, as every Keystone has it from its bootstrap.</summary>
internal static class Domain
{
    public const string Id = "default";
    public const string Name = "Default";
}
