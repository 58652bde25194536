using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Servers.State;

/// <summary>Finds the server that a request is about, if its caller may know of it.</summary>
internal static class CallersServer
{
    /// <summary>The server of that id, if it is not deleted and the caller may know of it.</summary>
    /// <exception cref="Fault">404, also for a server of another project.</exception>
    public static async Task<Server> FindAsync(HttpContext context, string serverId, ServerStore store)
    {
        var server = await FindRecordedAsync(context, serverId, store);
        return server.Deleted ? throw NotFound(serverId) : server;
    }

    /// <summary>The same, deleted or not.</summary>
    /// <exception cref="Fault">404, also for a server of another project.</exception>
    public static async Task<Server> FindRecordedAsync(HttpContext context, string serverId, ServerStore store)
    {
        var server = Guid.TryParseExact(serverId, "D", out var id)
            ? await store.FindAsync(id, context.RequestAborted)
            : null;
        return server is not null && Caller.Of(context).MaySee(server.ProjectId) ? server : throw NotFound(serverId);
    }

    /// <summary>The same as the first, if the caller also passes the rule for this request.</summary>
    /// <exception cref="Fault">404 or 403.</exception>
    public static async Task<Server> FindAsync(HttpContext context, string serverId, ServerStore store, Rule rule)
    {
        var server = await FindAsync(context, serverId, store);
        Caller.Of(context).Require(rule, server.ProjectId);
        return server;
    }

    private static Fault NotFound(string serverId) => Fault.NotFound($"Instance {serverId} could not be found.");
}
