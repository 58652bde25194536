using System.Collections.Frozen;
using Kiroku.Api;

namespace Kiroku.Identity;

/// <summary>Who makes a request: a user in one project with the roles held there, implied ones included.</summary>
internal sealed record Caller(string UserId, string UserName, string ProjectId, string ProjectName, FrozenSet<string> Roles)
{
    private static readonly object Key = new();

    /// <summary>The rules that hold for whatever the caller does.</summary>
    public Policy Policy { get; init; } = Policy.Default;

    public bool IsAdmin => Roles.Contains(RoleNames.Admin);

    /// <summary>The caller of an authenticated request.</summary>
    public static Caller Of(HttpContext context) => (Caller)context.Items[Key]!;

    /// <summary>Whether the caller may know of what that project owns.</summary>
    public bool MaySee(string ownerProjectId) => IsAdmin || ProjectId == ownerProjectId;

    /// <summary>Whether the rule lets the caller touch what the project owns.</summary>
    public bool May(string rule, string ownerProjectId) => Policy.Allows(this, rule, ownerProjectId);

    /// <exception cref="Fault">403, if the rule does not let the caller touch what the project owns.</exception>
    public void Require(string rule, string ownerProjectId)
    {
        if (!May(rule, ownerProjectId))
            throw Fault.Forbidden(rule);
    }

    public static void Set(HttpContext context, Caller caller) => context.Items[Key] = caller;
}

/// <summary>The roles that Kiroku knows; each implies those after it.</summary>
internal static class RoleNames
{
    public const string Admin = "admin";
    public const string Member = "member";
    public const string Reader = "reader";
    public static readonly string[] FromHighest = [Admin, Member, Reader];

    /// <summary>The roles assigned and those they imply, each once, highest first.</summary>
    public static IReadOnlyList<string> WithImplied(IEnumerable<string> assigned)
    {
        var roles = assigned.ToHashSet(StringComparer.Ordinal);
        foreach (var role in FromHighest.SkipWhile(role => !roles.Contains(role)).ToArray())
            roles.Add(role);
        return [.. roles.OrderBy(Place).ThenBy(role => role, StringComparer.Ordinal)];
    }

    private static int Place(string role) => Array.IndexOf(FromHighest, role) is var place && place < 0 ? int.MaxValue : place;
}
