using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Proxies;

/// <summary>
/// os-volumes and os-snapshots: this cloud has no block storage, so there is none of either
/// (nova/api/openstack/compute/volumes.py, snapshots.py).
/// </summary>
internal static class VolumeProxiesApi
{
    public static void MapVolumeProxies(this IEndpointRouteBuilder app)
    {
        app.MapNone(
            "volumes", "Volume", (ProxyRules.Volumes, ProxyRules.VolumesDetail, ProxyRules.Volume));
        app.MapNone(
            "snapshots", "Snapshot", (ProxyRules.Snapshots, ProxyRules.SnapshotsDetail, ProxyRules.Snapshot));
    }

    private static void MapNone(
        this IEndpointRouteBuilder app, string kind, string name, (Rule List, Rule Detail, Rule Show) rules)
    {
        app.MapGet($"/os-{kind}", (HttpContext context) => List(context, rules.List)).UpTo(ProxyAccess.Last);
        app.MapGet($"/os-{kind}/detail", (HttpContext context) => List(context, rules.Detail)).UpTo(ProxyAccess.Last);
        app.MapPost($"/os-{kind}", Create).UpTo(ProxyAccess.Last);
        app.MapGet($"/os-{kind}/{{id}}", (HttpContext context, string id) => Show(context, id)).UpTo(ProxyAccess.Last);
        app.MapDelete($"/os-{kind}/{{id}}", (string id) => NotFound(id)).UpTo(ProxyAccess.Last);

        IResult Show(HttpContext context, string id)
        {
            ProxyAccess.Require(context, rules.Show);
            return NotFound(id);
        }

        IResult List(HttpContext context, Rule rule)
        {
            ProxyAccess.Require(context, rule);
            return ProxyAccess.None(kind);
        }

        IResult NotFound(string id) => throw Fault.NotFound($"{name} {id} could not be found.");
    }

    private static async Task Create(HttpContext context)
    {
        await RequestBody.ReadAsync(context.Request);
        throw Fault.BadRequest("This cloud has no block storage.");
    }
}
