using Kiroku.Api;

namespace Kiroku.Proxies;

/// <summary>
/// Routes of which Nova says at every microversion that they are gone: they belonged to nova-network, cells of the
/// first kind, XenServer or its own certificates (nova/api/openstack/wsgi.py, removed).
/// </summary>
internal static class RemovedRoutes
{
    private static readonly string[] All =
    [
        "GET POST /os-agents",
        "PUT DELETE /os-agents/{id}",
        "GET POST /os-cells",
        "GET /os-cells/capacities",
        "GET /os-cells/detail",
        "GET /os-cells/info",
        "POST /os-cells/sync_instances",
        "GET PUT DELETE /os-cells/{id}",
        "GET /os-cells/{id}/capacities",
        "POST /os-certificates",
        "GET /os-certificates/{id}",
        "GET POST /os-cloudpipe",
        "PUT /os-cloudpipe/{id}",
        "GET /os-fixed-ips/{id}",
        "POST /os-fixed-ips/{id}/action",
        "GET /os-floating-ip-dns",
        "PUT DELETE /os-floating-ip-dns/{id}",
        "GET PUT DELETE /os-floating-ip-dns/{domainId}/entries/{id}",
        "GET POST /os-floating-ips-bulk",
        "GET PUT /os-floating-ips-bulk/{id}",
        "GET /os-fping",
        "GET /os-fping/{id}",
        "POST /os-networks",
        "POST /os-networks/add",
        "DELETE /os-networks/{id}",
        "POST /os-networks/{id}/action",
        "GET POST /os-security-group-default-rules",
        "GET DELETE /os-security-group-default-rules/{id}",
        "POST /os-tenant-networks",
        "DELETE /os-tenant-networks/{id}",
        "GET POST /servers/{serverId}/consoles",
        "GET DELETE /servers/{serverId}/consoles/{id}",
        "GET /servers/{serverId}/os-virtual-interfaces",
    ];

    public static void MapRemovedRoutes(this IEndpointRouteBuilder app)
    {
        foreach (var route in All.Select(line => line.Split(' ')))
            app.MapMethods(route[^1], route[..^1], Refuse);
    }

    private static async Task Refuse(HttpContext context)
    {
        if (context.Request.Method is "POST" or "PUT")
            await RequestBody.ReadAsync(context.Request);
        throw Fault.Gone();
    }
}
