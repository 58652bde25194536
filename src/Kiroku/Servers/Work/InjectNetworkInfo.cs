using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// injectNetworkInfo: accepted and without effect, as in a Nova on libvirt, whose driver injects nothing into a machine
/// that is there (nova/virt/driver.py, inject_network_info). It is not recorded there either.
/// </summary>
internal sealed class InjectNetworkInfo(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Admin("os_compute_api:os-admin-actions:inject_network_info");

    public string Key => "injectNetworkInfo";

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        ServerLock.Refuse(context, server);
        return new Answer(RequestId.Of(context), StatusCodes.Status202Accepted);
    }
}
