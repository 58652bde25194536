using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Hosts;

/// <summary>Puts together what is told of hosts.</summary>
internal static class HostsRoom
{
    public static void AddHosts(this IServiceCollection services)
    {
        services.AddRules(HostRules.All);
        services.AddOptions<HostsOptions>().BindConfiguration(HostsOptions.Section)
            .Validate(o => o.Zone.Length is > 0 and <= 255 && !o.Zone.Contains(':', StringComparison.Ordinal), "Hosts:Zone is to be 1 to 255 characters without a colon.")
            .Validate(o => o.MeasureInterval > TimeSpan.Zero && o.MeasureInterval <= TimeSpan.FromDays(1), "Hosts:MeasureInterval is to be above zero, at most a day.")
            .ValidateOnStart();
        services.AddSingleton<NodeDrain>();
        services.AddSingleton<NodeSelf>();
        services.AddSingleton<NodeStore>();
        services.AddSingleton<HostMeter>();
        services.AddSingleton<Silence>();
        services.AddSingleton<HostWatch>();
        services.AddSingleton<HostRemoval>();
        services.AddSingleton<ServiceStore>();
        services.AddSingleton<NodeReport>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeReport>());
        services.AddHostedService<NodeWatch>();
    }

    public static void MapHosts(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapServiceRoutes();
        compute.MapZoneRoutes();
        compute.MapHypervisorRoutes();
        compute.MapExtensionRoutes();
    });
}
