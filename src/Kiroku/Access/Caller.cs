using System.Collections.Frozen;
using Kiroku.Api;

namespace Kiroku.Access;

/// <summary>Who makes a request: a user in one project, with the roles held there, including implied ones.</summary>
internal sealed record Caller(
    string UserId, string UserName, string ProjectId, string ProjectName, FrozenSet<string> Roles)
{
    private static readonly object Key = new();

    /// <summary>The policy that decides what the caller may do.</summary>
    public Policy Policy { get; init; } = Policy.Default;

    public bool IsAdmin => Roles.Contains(RoleNames.Admin);

    /// <summary>The caller of an authenticated request.</summary>
    public static Caller Of(HttpContext context) => (Caller)context.Items[Key]!;

    /// <summary>Whether the caller may see things that the project owns.</summary>
    public bool MaySee(string ownerProjectId) => IsAdmin || ProjectId == ownerProjectId;

    /// <summary>Whether the rule lets the caller act on things that the project owns.</summary>
    public bool May(Rule rule, string ownerProjectId)
        => IsAdmin || (ProjectId == ownerProjectId && Roles.Contains(Policy.RoleFor(rule)));

    /// <exception cref="Fault">403 if the rule does not let the caller act on things that the project
    /// owns.</exception>
    public void Require(Rule rule, string ownerProjectId)
    {
        if (!May(rule, ownerProjectId))
            throw Fault.Forbidden(rule.Name);
    }

    public static void Set(HttpContext context, Caller caller) => context.Items[Key] = caller;
}
