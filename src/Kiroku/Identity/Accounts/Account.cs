using Kiroku.Access;

namespace Kiroku.Identity.Accounts;

/// <summary>
/// A stored user. <see cref="ValidAfter"/> is a stamp: tokens carry it and are valid only while it is unchanged. A
/// new password changes it.
/// </summary>
internal sealed record User
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Empty for a user without a password.</summary>
    public required string PasswordHash { get; init; }

    public bool Enabled { get; init; } = true;

    public DateTime ValidAfter { get; init; }

    /// <summary>The project of tokens that are requested without a scope. It need not exist.</summary>
    public string? DefaultProjectId { get; init; }

    /// <summary>Further attributes of the user, such as e-mail and description, as a JSON object.</summary>
    public string Extra { get; init; } = "{}";
}

/// <summary>
/// A stored project, which owns servers and images. <see cref="ValidAfter"/> is a stamp as in a user. Disabling the
/// project changes it.
/// </summary>
internal sealed record Project
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public bool Enabled { get; init; } = true;

    public DateTime ValidAfter { get; init; }

    public string? Description { get; init; }

    /// <summary>The parent project; null directly below the domain.</summary>
    public string? ParentId { get; init; }

    /// <summary>A JSON array of strings.</summary>
    public string Tags { get; init; } = "[]";

    /// <summary>Whether changing and deleting it is forbidden.</summary>
    public bool Immutable { get; init; }

    public string Extra { get; init; } = "{}";
}

/// <summary>A stored role. <see cref="Policy"/> decides what it permits.</summary>
internal sealed record Role
{
    private static readonly Role[] OfKiroku = [.. RoleNames.FromHighest.Select(Of)];

    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public bool Immutable { get; init; }

    public string Extra { get; init; } = "{}";

    /// <summary>Whether it is one of the three roles that the code knows by name. Those cannot be changed.</summary>
    public bool IsOfKiroku => RoleNames.FromHighest.Contains(Name);

    /// <summary>The role that this one implies, if any.</summary>
    public Role? Implied => OfKiroku.SkipWhile(role => role.Name != Name).Skip(1).FirstOrDefault();

    /// <summary>The assigned roles and those they imply, each once, highest first.</summary>
    public static IReadOnlyList<Role> WithImplied(IReadOnlyCollection<Role> assigned)
        => [.. RoleNames.WithImplied(assigned.Select(role => role.Name))
            .Select(name => assigned.FirstOrDefault(role => role.Name == name)
                ?? OfKiroku.Single(role => role.Name == name))];

    /// <summary>One of the three built-in roles by name. Its id is the same in every installation.</summary>
    public static Role Of(string name) => new() { Id = StableId.Of($"role {name}"), Name = name, Immutable = true };
}

/// <summary>The only domain. Every Keystone has it after its bootstrap.</summary>
internal static class Domain
{
    public const string Id = "default";
    public const string Name = "Default";
}
