using System.Text.Json;
using Kiroku.Api;
using Kiroku.Networks;

namespace Kiroku.Proxies;

/// <summary>
/// os-networks and os-tenant-networks: the cloud's networks by id and name. All else was nova-network's and is null
/// (nova/api/openstack/compute/networks.py, tenant_networks.py).
/// </summary>
internal static class NetworkProxiesApi
{
    private static readonly string[] Always =
    [
        "id", "cidr", "netmask", "gateway", "broadcast", "dns1", "dns2", "cidr_v6", "gateway_v6", "label", "netmask_v6",
    ];

    private static readonly string[] ForAdministrators =
    [
        "created_at", "updated_at", "deleted_at", "deleted", "injected", "bridge", "vlan", "vpn_public_address",
        "vpn_public_port", "vpn_private_address", "dhcp_start", "project_id", "host", "bridge_interface", "multi_host",
        "priority", "rxtx_base", "mtu", "dhcp_server", "enable_dhcp", "share_address",
    ];

    public static void MapNetworkProxies(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-networks", List).UpTo(ProxyAccess.Last);
        app.MapGet("/os-networks/{id}", Show).UpTo(ProxyAccess.Last);
        app.MapGet("/os-tenant-networks", ListOfProject).UpTo(ProxyAccess.Last);
        app.MapGet("/os-tenant-networks/{id}", ShowOfProject).UpTo(ProxyAccess.Last);
    }

    private static async Task<IResult> List(HttpContext context, CloudNetworks networks)
    {
        var write = Writer(ProxyAccess.Require(context, ProxyRules.Networks).IsAdmin);
        return ProxyAccess.List("networks", (await networks.ReadAsync(context.RequestAborted)).All, write);
    }

    private static async Task<IResult> Show(HttpContext context, string id, CloudNetworks networks)
    {
        var write = Writer(ProxyAccess.Require(context, ProxyRules.Network).IsAdmin);
        return ProxyAccess.One("network", await FindAsync(context, id, networks), write);
    }

    private static async Task<IResult> ListOfProject(HttpContext context, CloudNetworks networks)
    {
        ProxyAccess.Require(context, ProxyRules.TenantNetworks);
        return ProxyAccess.List("networks", (await networks.ReadAsync(context.RequestAborted)).All, WriteBrief);
    }

    private static async Task<IResult> ShowOfProject(HttpContext context, string id, CloudNetworks networks)
    {
        ProxyAccess.Require(context, ProxyRules.TenantNetwork);
        return ProxyAccess.One("network", await FindAsync(context, id, networks), WriteBrief);
    }

    private static async Task<CloudNetwork> FindAsync(HttpContext context, string id, CloudNetworks networks)
        => (await networks.ReadAsync(context.RequestAborted)).Find(id) ?? throw Fault.NotFound("Network not found");

    private static Action<Utf8JsonWriter, CloudNetwork> Writer(bool forAdministrators) => (json, network) =>
    {
        json.WriteStartObject();
        foreach (var key in forAdministrators ? [.. Always, .. ForAdministrators] : Always)
            json.WriteString(key, key == "id" ? network.Id.ToString() : key == "label" ? network.Name : null);
        json.WriteEndObject();
    };

    /// <summary>As in Nova, the range of addresses is the word None.</summary>
    private static void WriteBrief(Utf8JsonWriter json, CloudNetwork network)
    {
        json.WriteStartObject();
        json.WriteString("id", network.Id);
        json.WriteString("cidr", "None");
        json.WriteString("label", network.Name);
        json.WriteEndObject();
    }
}
