using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Servers.Groups;

/// <summary>Finds the server group that a request is about, if its caller may know of it.</summary>
internal static class CallersGroup
{
    /// <summary>The group of that id; null if there is none, or one of another project.</summary>
    public static async Task<ServerGroup?> FindAsync(HttpContext context, string id, ServerGroupStore store)
    {
        var group = Guid.TryParseExact(id, "D", out var known)
            ? await store.FindAsync(known, context.RequestAborted)
            : null;
        return group is not null && Caller.Of(context).MaySee(group.ProjectId) ? group : null;
    }

    /// <summary>The same, if the caller also passes the rule for this request.</summary>
    /// <exception cref="Fault">404 or 403.</exception>
    public static async Task<ServerGroup> FindAsync(HttpContext context, string id, ServerGroupStore store, Rule rule)
    {
        var group = await FindAsync(context, id, store) ?? throw Fault.NotFound(ServerGroupStore.Unknown(id));
        Caller.Of(context).Require(rule, group.ProjectId);
        return group;
    }
}
