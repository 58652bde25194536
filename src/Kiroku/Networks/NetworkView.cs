using System.Text.Json.Nodes;

namespace Kiroku.Networks;

/// <summary>Networks and subnets as Neutron shows them (neutron-lib, api/definitions/network.py, subnet.py).</summary>
internal static class NetworkView
{
    /// <summary>Nobody's: all projects share what their hosts have.</summary>
    private const string NoProject = "";

    public static readonly string[] NetworkKeys =
    [
        "id", "name", "status", "admin_state_up", "shared", "router:external", "mtu", "project_id", "tenant_id",
        "description",
    ];

    public static readonly string[] SubnetKeys =
    [
        "id", "name", "network_id", "ip_version", "cidr", "gateway_ip", "enable_dhcp", "project_id", "tenant_id",
        "description", "ipv6_address_mode", "ipv6_ra_mode", "subnetpool_id",
    ];

    public static JsonObject Of(CloudNetwork network) => new()
    {
        ["id"] = network.Id.ToString(),
        ["name"] = network.Name,
        ["status"] = "ACTIVE",
        ["admin_state_up"] = true,
        ["shared"] = true,
        ["router:external"] = false,
        ["mtu"] = network.Mtu,
        ["subnets"] = new JsonArray([.. network.Subnets.Select(subnet => (JsonNode)subnet.Id.ToString())]),
        ["availability_zones"] = new JsonArray(),
        ["availability_zone_hints"] = new JsonArray(),
        ["project_id"] = NoProject,
        ["tenant_id"] = NoProject,
        ["description"] = network.Description,
    };

    public static JsonObject Of(CloudSubnet subnet) => new()
    {
        ["id"] = subnet.Id.ToString(),
        ["name"] = subnet.Name,
        ["network_id"] = subnet.NetworkId.ToString(),
        ["ip_version"] = subnet.Version,
        ["cidr"] = subnet.Known.Cidr,
        ["gateway_ip"] = subnet.Known.Gateway,
        ["enable_dhcp"] = subnet.Known.GivesAddresses,
        ["allocation_pools"] = Pools(subnet),
        ["dns_nameservers"] = subnet.Known.NameServer is { } server ? new JsonArray(server) : [],
        ["host_routes"] = new JsonArray(),
        ["project_id"] = NoProject,
        ["tenant_id"] = NoProject,
        ["description"] = "",
        ["ipv6_address_mode"] = AddressMode(subnet),
        ["ipv6_ra_mode"] = AddressMode(subnet),
        ["subnetpool_id"] = null,
    };

    private static JsonArray Pools(CloudSubnet subnet) => subnet.Known.Given is { } given
        ? [new JsonObject { ["start"] = given.First, ["end"] = given.Last }]
        : [];

    private static string? AddressMode(CloudSubnet subnet) => subnet switch
    {
        { Version: 4 } or { Known.GivesAddresses: false } => null,
        { Known.Given: null } => "slaac",
        _ => "dhcpv6-stateful",
    };
}
