using Kiroku.Api;

namespace Kiroku.Proxies;

/// <summary>
/// os-floating-ips and os-floating-ip-pools: this cloud has neither, and says so as Nova does where Neutron has none
/// (nova/api/openstack/compute/floating_ips.py, floating_ip_pools.py).
/// </summary>
internal static class FloatingIpProxiesApi
{
    private static readonly Schema Pool = Parameters.Text with { Types = ["string", "null"] };

    private static readonly Schema Creation = Schema.Object(("pool", Pool)) with
    {
        Types = ["object", "null"],
        Open = true,
    };

    public static void MapFloatingIpProxies(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-floating-ips", List).UpTo(ProxyAccess.Last);
        app.MapPost("/os-floating-ips", Create).UpTo(ProxyAccess.Last);
        app.MapGet("/os-floating-ips/{id}", Show).UpTo(ProxyAccess.Last);
        app.MapDelete("/os-floating-ips/{id}", Delete).UpTo(ProxyAccess.Last);
        app.MapGet("/os-floating-ip-pools", ListPools).UpTo(ProxyAccess.Last);
    }

    private static IResult List(HttpContext context)
    {
        ProxyAccess.Require(context, ProxyRules.FloatingIps);
        return ProxyAccess.None("floating_ips");
    }

    private static IResult ListPools(HttpContext context)
    {
        ProxyAccess.Require(context, ProxyRules.FloatingIpPools);
        return ProxyAccess.None("floating_ip_pools");
    }

    private static async Task Create(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        Creation.Require(body, Microversions.IsRelaxed(context));
        throw Fault.NotFound("Floating IP pool not found.");
    }

    private static IResult Show(HttpContext context, string id)
    {
        ProxyAccess.Require(context, ProxyRules.FloatingIp);
        throw NotFound(id);
    }

    private static IResult Delete(string id) => throw NotFound(id);

    private static Fault NotFound(string id) => Fault.NotFound($"Floating IP not found for ID {id}");
}
