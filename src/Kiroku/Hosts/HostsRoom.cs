using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Hosts;

/// <summary>Puts together what the API shows of hosts.</summary>
internal static class HostsRoom
{
    public static void AddHosts(this IServiceCollection services) => services.AddRules(typeof(HostRules));

    public static void MapHosts(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapServiceRoutes();
        compute.MapZoneRoutes();
        compute.MapHypervisorRoutes();
        compute.MapExtensionRoutes();
    });
}
