namespace Kiroku.Scheduling;

/// <summary>
/// The conditions that a host must meet to be given a server, under Nova's names (nova/scheduler/host_manager.py,
/// nova/scheduler/filters).
/// </summary>
internal static class Filters
{
    public static readonly IReadOnlyList<Filter> All =
    [
        new("ignore_hosts", (host, spec) => !spec.Excluded.Contains(host.Name)),
        new("requested_destination", (host, spec) => spec.OnlyHost is null || spec.OnlyHost == host.Name),
        new("ComputeFilter", (host, _) => host.IsEnabled && host.IsUp),
        new("AvailabilityZoneFilter", (host, spec) => spec.Zone is null || spec.Zone == host.Zone),
        new("ImagePropertiesFilter", (host, spec) => spec.Demands.All(demand => demand.IsMetBy(host))),
        // In Nova, Placement checks this one.
        new("resources", (host, spec) => host.HasRoomFor(spec.ClaimOn(host.Name))),
    ];
}

/// <summary>One condition and its name.</summary>
internal sealed record Filter(string Name, Func<HostState, SpecToPlace, bool> Passes);
