using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.Engine;

namespace Kiroku.Servers.Work;

/// <summary>
/// removeFloatingIp, up to 2.43: Nova looks for the address first, and there is none
/// (nova/api/openstack/compute/floating_ips.py).
/// </summary>
internal sealed class RemoveFloatingIp : IServerAction
{
    private const string Name = "removeFloatingIp";

    private static readonly Schema Body = Schema.Body(
        Name, Schema.Object(("address", Parameters.Address)) with { Required = ["address"] });

    public string Key => Name;

    public Microversion Until => AddFloatingIp.LastVersion;

    public Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        Body.Require(body, Microversions.IsRelaxed(context));
        var address = body.GetProperty(Name).TextOf("address");
        throw Fault.NotFound($"Floating IP not found for address {address}.");
    }
}
