using Kiroku.Api;

namespace Kiroku.Proxies;

/// <summary>
/// os-baremetal-nodes: there are none. As in Nova, what would change one is refused with the name of Ironic's own
/// command (nova/api/openstack/compute/baremetal_nodes.py).
/// </summary>
internal static class BareMetalProxyApi
{
    public static void MapBareMetalProxy(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-baremetal-nodes", List).UpTo(ProxyAccess.Last);
        app.MapGet("/os-baremetal-nodes/{id}", Show).UpTo(ProxyAccess.Last);
        app.MapPost("/os-baremetal-nodes", Create).UpTo(ProxyAccess.Last);
        app.MapDelete("/os-baremetal-nodes/{id}", Delete).UpTo(ProxyAccess.Last);
    }

    private static IResult List(HttpContext context)
    {
        ProxyAccess.Require(context, ProxyRules.BareMetalNodes);
        return ProxyAccess.None("nodes");
    }

    private static IResult Show(HttpContext context, string id)
    {
        ProxyAccess.Require(context, ProxyRules.BareMetalNode);
        throw Fault.NotFound($"Node {id} could not be found.");
    }

    private static async Task Create(HttpContext context)
    {
        await RequestBody.ReadAsync(context.Request);
        throw NotSupported("node-create");
    }

    private static IResult Delete(string id) => throw NotSupported("node-delete");

    private static Fault NotSupported(string command) => Fault.BadRequest(
        $"Command not supported. Please use Ironic command {command} to perform this action.");
}
