using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Work;

/// <summary>
/// lock: keeps a server's own project from changing it by mistake. As in Nova it does not wait for a running action,
/// and is complete when it is answered.
/// </summary>
internal sealed class LockServer(ServerStore store, InstantActions instant, TimeProvider time) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-lock-server:lock");

    public string Key => "lock";

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        Body(Microversions.Of(context)).Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        var changed = Locked(context, server, body.GetProperty(Key));
        var answer = new Answer(RequestId.Of(context), StatusCodes.Status202Accepted) { IsRecorded = true };
        var request = ActionRequest.Of(context, ActionNames.Lock, time.UtcNow());
        await (changed is null
            ? instant.AcceptAsync(server.Id, request, answer, EventNames.Lock)
            : instant.AcceptLockAsync(changed, request, answer, EventNames.Lock));
        return answer;
    }

    /// <summary>The server once it is locked; null if it is locked already and its own project asks.</summary>
    private static Server? Locked(HttpContext context, Server server, JsonElement asked)
    {
        var by = ServerLock.KindFor(context, server);
        if (server.LockedBy is not null && by == ServerLock.ByOwner)
            return null;
        var reason = Microversions.Of(context) >= 73 && asked.ValueKind == JsonValueKind.Object
            && asked.TryGetProperty("locked_reason", out var given) ? given.GetString() : null;
        return server with { LockedBy = by, LockedReason = reason ?? server.LockedReason };
    }

    private static Schema Body(Microversion version) => version < 73
        ? Schema.Any
        : Schema.Body("lock", Schema.Object(("locked_reason", Reason)) with { Types = ["object", "null"] });

    private static Schema Reason => Parameters.Text with { MinLength = 1, MaxLength = 255 };
}
