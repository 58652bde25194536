using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>Finds the port of a caller's server, and shows it as Nova does.</summary>
internal sealed class ServerInterfaces(ServerStore store, CloudNetworks networks, PortStore ports)
{
    /// <summary>The server, and its port; null while its machine has no card.</summary>
    /// <exception cref="Fault">403 or 404.</exception>
    public async Task<(Server Server, Port? Port)> FindAsync(HttpContext context, string serverId, Rule rule)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, rule);
        var map = await networks.ReadAsync(context.RequestAborted);
        var found = await ports.ListAsync(new PortQuery { Servers = [server.Id] }, map, context.RequestAborted);
        return (server, found is [var port, ..] ? port : null);
    }

    /// <summary>The port, which must have that id.</summary>
    /// <exception cref="Fault">404.</exception>
    public static Port Require(Port? port, string portId)
        => port is not null && string.Equals(port.Id.ToString(), portId, StringComparison.OrdinalIgnoreCase)
            ? port
            : throw Fault.NotFound($"Port id {portId} could not be found.");

    public static void Write(Utf8JsonWriter json, Microversion version, Server server, Port port)
    {
        json.WriteStartObject();
        json.WriteString("net_id", port.Network.Id);
        json.WriteString("port_id", port.Id);
        json.WriteString("mac_addr", port.Mac);
        json.WriteString("port_state", port.Status);
        json.WriteStartArray("fixed_ips");
        foreach (var (address, subnet) in port.Known)
        {
            json.WriteStartObject();
            if (subnet is not null)
                json.WriteString("subnet_id", subnet.Id);
            json.WriteString("ip_address", address);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (version >= 70)
            json.WriteString("tag", server.Labels.CardTag);
        json.WriteEndObject();
    }
}
