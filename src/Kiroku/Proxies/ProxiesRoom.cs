using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Proxies;

/// <summary>
/// Puts together what Nova once offered and now leaves to other services: proxies of images, networks, groups and
/// volumes up to 2.35, which old clients still call, and routes that are gone.
/// </summary>
internal static class ProxiesRoom
{
    public static void AddProxies(this IServiceCollection services) => services.AddRules(typeof(ProxyRules));

    public static void MapProxies(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapImageProxy();
        compute.MapImageMetadataProxy();
        compute.MapNetworkProxies();
        compute.MapFloatingIpProxies();
        compute.MapSecurityGroupProxies();
        compute.MapGroupRuleProxies();
        compute.MapVolumeProxies();
        compute.MapBareMetalProxy();
        compute.MapRemovedRoutes();
    });
}
