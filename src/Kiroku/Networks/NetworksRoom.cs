using Kiroku.Access;

namespace Kiroku.Networks;

/// <summary>Puts together the network service, which tells what networks there are and makes none.</summary>
internal static class NetworksRoom
{
    public static void AddNetworks(this IServiceCollection services)
    {
        services.AddRules(typeof(NetworkRules));
        services.AddOptions<NetworksOptions>().BindConfiguration(NetworksOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CloudNetworks>();
        services.AddSingleton<GroupStore>();
        services.AddSingleton<ProjectGroups>();
        services.AddSingleton<GroupLimits>();
        services.AddSingleton<PortStore>();
    }

    public static void MapNetworks(this IEndpointRouteBuilder app)
    {
        app.MapNetworkVersions();
        var version = app.MapGroup(NetworkVersions.Version);
        version.MapNetworkRoutes();
        version.MapPortRoutes();
        version.MapSecurityGroupRoutes();
        version.MapGroupRuleRoutes();
        version.MapNetworkExtensionRoutes();
        version.MapNetworkQuotaRoutes();
        version.MapTopologyRoutes();
        version.MapRefusals();
    }
}
