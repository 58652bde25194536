using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Servers.State;

/// <summary>The lock that keeps a server's own project from changing it by mistake.</summary>
internal static class ServerLock
{
    public const string ByOwner = "owner";
    private const string ByAdmin = "admin";

    /// <summary>
    /// Refuses a request that would change a locked server (nova/compute/api.py, check_instance_lock).
    /// </summary>
    /// <exception cref="Fault">409, unless an administrator asks.</exception>
    public static void Refuse(HttpContext context, Server server)
    {
        if (server.LockedBy is not null && !Caller.Of(context).IsAdmin)
            throw Fault.Conflict($"Instance {server.Id} is locked");
    }

    /// <summary>The kind of lock that the caller puts on the server.</summary>
    public static string KindFor(HttpContext context, Server server)
        => Caller.Of(context).ProjectId == server.ProjectId ? ByOwner : ByAdmin;
}
