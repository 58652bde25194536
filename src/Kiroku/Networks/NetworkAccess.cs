using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>Who may see what of networks, with Neutron's words for who may not.</summary>
internal static class NetworkAccess
{
    /// <summary>The caller, if the rule lets it do so in its own project.</summary>
    /// <exception cref="Fault">403.</exception>
    public static Caller Require(HttpContext context, Rule rule)
    {
        var caller = Caller.Of(context);
        Require(context, rule, caller.ProjectId);
        return caller;
    }

    /// <exception cref="Fault">403, if the rule does not let the caller do so in that project.</exception>
    public static void Require(HttpContext context, Rule rule, string projectId)
    {
        if (!Caller.Of(context).May(rule, projectId))
            throw new Fault(403, $"(rule:{rule.Name}) is disallowed by policy");
    }

    /// <summary>The projects whose things the caller sees: its own, or all (null).</summary>
    public static string? Seen(this Caller caller) => caller.IsAdmin ? null : caller.ProjectId;

    /// <summary>404 with Neutron's name for it.</summary>
    public static Fault NotFound(string type, string message) => new(404, message) { Type = type };
}
