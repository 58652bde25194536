using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// removeFixedIp, up to 2.43: refused, as <see cref="AddFixedIp"/> is (nova/api/openstack/compute/multinic.py).
/// </summary>
internal sealed class RemoveFixedIp(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-multinic:remove");

    private const string Name = "removeFixedIp";

    private static readonly Schema Body = Schema.Body(
        Name, Schema.Object(("address", Parameters.Address)) with { Required = ["address"] });

    public string Key => Name;

    public Microversion Until => AddFloatingIp.LastVersion;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        Body.Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        var address = body.GetProperty(Name).TextOf("address");
        throw Fault.BadRequest(server.Addresses.Any(known => known.Address == address)
            ? "A server has one card with the addresses that its network gives it: none can be taken away."
            : $"Instance {server.Id} does not have fixed IP '{address}'.");
    }
}
