using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// shelveOffload: takes a shelved server off its host. Here shelving does so itself, as with Nova's default, so no
/// server is in the state for it (nova/compute/api.py, shelve_offload).
/// </summary>
internal sealed class ShelveOffload(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Admin("os_compute_api:os-shelve:shelve_offload");

    private static readonly StateRule Allowed = new(VmStates.Shelved);

    public string Key => "shelveOffload";

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        ServerLock.Refuse(context, server);
        Allowed.Check(server, Key);
        throw Fault.NotSupported();
    }
}
