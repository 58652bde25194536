using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// restore: brings back a server whose deletion is deferred. Here every deletion is done at once, as with Nova's
/// default, so no server is in the state for it (nova/compute/api.py, restore).
/// </summary>
internal sealed class RestoreServer(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-deferred-delete:restore");

    private static readonly StateRule Allowed = new(VmStates.SoftDeleted);

    public string Key => "restore";

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        ServerLock.Refuse(context, server);
        Allowed.Check(server, Key);
        throw Fault.NotSupported();
    }
}
