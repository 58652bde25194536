namespace Kiroku.Nodes;

/// <summary>
/// Puts together the reports of nodes: each node writes its row, reads some of the others', and measures its host.
/// </summary>
internal static class NodesRoom
{
    public static void AddNodes(this IServiceCollection services)
    {
        services.AddOptions<HostsOptions>().BindConfiguration(HostsOptions.Section)
            .Validate(o => o.Zone.Length is > 0 and <= 255 && !o.Zone.Contains(':', StringComparison.Ordinal),
                "Hosts:Zone is to be 1 to 255 characters without a colon.")
            .Validate(o => o.MeasureInterval > TimeSpan.Zero && o.MeasureInterval <= TimeSpan.FromDays(1),
                "Hosts:MeasureInterval is to be above zero, at most a day.")
            .ValidateOnStart();
        services.AddSingleton<NodeDrain>();
        services.AddSingleton<NodeSelf>();
        services.AddSingleton<NodeStore>();
        services.AddSingleton<NodeOrder>();
        services.AddSingleton<NodeTurn>();
        services.AddSingleton<HostMeter>();
        services.AddSingleton<Silence>();
        services.AddSingleton<HostWatch>();
        services.AddSingleton<IMeasured, HostStates>();
        services.AddSingleton<HostNetworks>();
        services.AddSingleton<HostRemoval>();
        services.AddSingleton<ServiceStore>();
        services.AddSingleton<NodeReport>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeReport>());
        services.AddHostedService<NodeWatch>();
    }
}
