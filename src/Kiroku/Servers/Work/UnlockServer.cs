using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Work;

/// <summary>unlock: lets the server's project change it again; see <see cref="LockServer"/>.</summary>
internal sealed class UnlockServer(ServerStore store, InstantActions instant, TimeProvider time) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-lock-server:unlock");

    public static readonly Rule RuleForOverride = Rule.Admin("os_compute_api:os-lock-server:unlock:unlock_override");

    public string Key => "unlock";

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        if (server.LockedBy is { } locked && locked != ServerLock.KindFor(context, server))
            Caller.Of(context).Require(RuleForOverride, server.ProjectId);
        var answer = new Answer(RequestId.Of(context), StatusCodes.Status202Accepted) { IsRecorded = true };
        var request = ActionRequest.Of(context, ActionNames.Unlock, time.UtcNow());
        await instant.AcceptLockAsync(
            server with { LockedBy = null, LockedReason = null }, request, answer, EventNames.Unlock);
        return answer;
    }
}
