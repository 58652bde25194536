using Kiroku.Api;

namespace Kiroku.Hosts;

/// <summary>Puts together what is told of hosts.</summary>
internal static class HostsRoom
{
    public static void AddHosts(this IServiceCollection services)
    {
        services.AddSingleton<HostWatch>();
        services.AddSingleton<ServiceStore>();
    }

    public static void MapHosts(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapServiceRoutes();
        compute.MapZoneRoutes();
        compute.MapHypervisorRoutes();
        compute.MapExtensionRoutes();
    });
}
