using System.Collections.Frozen;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>
/// lock and unlock: keep a server's own project from changing it by mistake. As in Nova they pass whatever runs on the
/// server and are done when they are answered.
/// </summary>
internal sealed class ServerLocks(ServerStore store, InstantActions instant, TimeProvider time)
{
    private const string LockKey = "lock";
    private const string ByOwner = "owner";
    private const string ByAdmin = "admin";

    public static readonly FrozenSet<string> Keys = FrozenSet.Create(StringComparer.Ordinal, LockKey, "unlock");

    /// <summary>Refuses what would change a locked server (nova/compute/api.py, check_instance_lock).</summary>
    /// <exception cref="Fault">409, unless an administrator asks.</exception>
    public static void Refuse(HttpContext context, Server server)
    {
        if (server.LockedBy is not null && !Caller.Of(context).IsAdmin)
            throw Fault.Conflict($"Instance {server.Id} is locked");
    }

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var locks = body.TryGetProperty(LockKey, out var wishes);
        if (locks)
            ServerSchemas.Lock(Microversions.Of(context)).Require(body, Microversions.IsRelaxed(context));
        var server = await ServersApi.FindAsync(context, serverId, store);
        Caller.Of(context).Require(locks ? ServerRules.Lock : ServerRules.Unlock, server.ProjectId);
        var changed = locks ? Locked(context, server, wishes) : Unlocked(context, server);
        var answer = new Answer(RequestId.Of(context), StatusCodes.Status202Accepted);
        var request = ActionRequest.Of(context, locks ? ActionNames.Lock : ActionNames.Unlock, time.UtcNow());
        var recorded = locks ? EventNames.Lock : EventNames.Unlock;
        await (changed is null
            ? instant.AcceptAsync(server.Id, request, answer, recorded)
            : instant.AcceptLockAsync(changed, request, answer, recorded));
        return answer;
    }

    /// <summary>The server as it is once it is locked; null if its own project has no need to lock it again.</summary>
    private static Server? Locked(HttpContext context, Server server, JsonElement wishes)
    {
        if (server.LockedBy is not null && IsOwner(context, server))
            return null;
        var reason = Microversions.Of(context) >= 73 && wishes.ValueKind == JsonValueKind.Object
            && wishes.TryGetProperty("locked_reason", out var given) ? given.GetString() : null;
        return server with { LockedBy = IsOwner(context, server) ? ByOwner : ByAdmin, LockedReason = reason ?? server.LockedReason };
    }

    private static Server Unlocked(HttpContext context, Server server)
    {
        if (server.LockedBy is { } locked && locked != (IsOwner(context, server) ? ByOwner : ByAdmin))
            Caller.Of(context).Require(ServerRules.UnlockOverride, server.ProjectId);
        return server with { LockedBy = null, LockedReason = null };
    }

    private static bool IsOwner(HttpContext context, Server server) => Caller.Of(context).ProjectId == server.ProjectId;
}
