using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.Engine;

namespace Kiroku.Servers.Work;

/// <summary>resetNetwork: gone from Nova with XenServer (nova/api/openstack/compute/admin_actions.py).</summary>
internal sealed class ResetNetwork : IServerAction
{
    public string Key => "resetNetwork";

    public Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body) => throw Fault.Gone();
}
