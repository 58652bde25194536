using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Views;

/// <summary>Writes a server's addresses by network (nova/api/openstack/compute/views/addresses.py).</summary>
internal static class ServerAddresses
{
    /// <summary>
    /// An IPv6 address in canonical form, as Nova's IPV6AddressField keeps it (RFC 5952); null for none.
    /// </summary>
    public static string? Canonical(string? address)
        => address is { Length: > 0 } ? IPAddress.Parse(address).ToString() : address;

    /// <summary>Writes all addresses. A view of the server also shows the kind and the network card of each.</summary>
    public static void Write(Utf8JsonWriter json, Server server, bool withCards)
    {
        json.WriteStartObject("addresses");
        foreach (var network in server.Addresses.GroupBy(address => address.Network))
            WriteNetwork(json, network, withCards);
        json.WriteEndObject();
    }

    /// <summary>Writes the addresses in one network, under its name.</summary>
    public static void WriteNetwork(Utf8JsonWriter json, IGrouping<string, MachineAddress> network, bool withCards)
    {
        json.WriteStartArray(network.Key);
        foreach (var address in network.Where(known => known.Address is not null))
        {
            json.WriteStartObject();
            json.WriteNumber("version", FamilyOf(address.Address!) == AddressFamily.InterNetworkV6 ? 6 : 4);
            json.WriteString("addr", address.Address);
            if (withCards)
            {
                json.WriteString("OS-EXT-IPS:type", "fixed");
                json.WriteString("OS-EXT-IPS-MAC:mac_addr", address.Mac);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The first address of that family; null if there is none.</summary>
    public static string? First(Server server, AddressFamily family)
        => server.Addresses.Select(address => address.Address)
        .FirstOrDefault(address => address is not null && FamilyOf(address) == family);

    private static AddressFamily FamilyOf(string address) => IPAddress.Parse(address).AddressFamily;
}
