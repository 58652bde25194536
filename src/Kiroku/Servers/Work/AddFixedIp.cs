using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// addFixedIp, up to 2.43: refused, because a server's one card has the addresses that its network gives it
/// (nova/api/openstack/compute/multinic.py).
/// </summary>
internal sealed class AddFixedIp(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-multinic:add");

    private const string Name = "addFixedIp";

    private static readonly Schema NetworkId = new() { Types = ["string", "number"], MinLength = 1, MaxLength = 36 };

    private static readonly Schema Body = Schema.Body(
        Name, Schema.Object(("networkId", NetworkId)) with { Required = ["networkId"] });

    public string Key => Name;

    public Microversion Until => AddFloatingIp.LastVersion;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        Body.Require(body, Microversions.IsRelaxed(context));
        await CallersServer.FindAsync(context, serverId, store, Rule);
        throw Fault.BadRequest(
            "A server has one card with the addresses that its network gives it: none can be added.");
    }
}
