using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// addFloatingIp, up to 2.43: there are no floating addresses, so none is found, once all that Nova looks at before is
/// in order (nova/api/openstack/compute/floating_ips.py).
/// </summary>
internal sealed class AddFloatingIp(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-floating-ips:add");

    /// <summary>The last microversion with actions on addresses.</summary>
    public static readonly Microversion LastVersion = new(43);

    private const string Name = "addFloatingIp";
    private const string Fixed = "fixed_address";

    private static readonly Schema Addresses = Schema.Object(
        ("address", Parameters.Address), (Fixed, Parameters.Address));

    private static readonly Schema Body = Schema.Body(Name, Addresses with { Required = ["address"] });

    public string Key => Name;

    public Microversion Until => LastVersion;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        Body.Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, Rule);
        RequireTarget(server, body.GetProperty(Name));
        throw Fault.NotFound("floating IP not found");
    }

    private static void RequireTarget(Server server, JsonElement asked)
    {
        if (server.Addresses.Count == 0)
            throw Fault.BadRequest("Instance network is not ready yet");
        var known = server.Addresses.Select(address => address.Address).OfType<string>().ToList();
        if (known.Count == 0)
            throw Fault.BadRequest("No fixed IPs associated to instance");
        if (asked.TextOf(Fixed) is { } wanted)
        {
            if (!known.Contains(wanted))
                throw Fault.BadRequest("Specified fixed address not assigned to instance");
        }
        else if (!known.Exists(address => IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetwork))
        {
            throw Fault.BadRequest(
                $"Unable to associate floating IP {asked.TextOf("address")} to any fixed IPs for instance {server.Id}. "
                    + "Instance has no fixed IPv4 addresses to associate.");
        }
    }
}
