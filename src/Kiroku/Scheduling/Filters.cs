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
        new("ServerGroupAntiAffinityFilter", (host, spec)
            => spec.Group is not { Policy: GroupPolicies.AntiAffinity } group
                || group.MayJoin(host.Name, spec.CurrentHost)),
        new("ServerGroupAffinityFilter", (host, spec)
            => spec.Group is not { Policy: GroupPolicies.Affinity } group
                || group.IsTogetherOn(host.Name, spec.CurrentHost)),
        // In Nova, Placement checks this one.
        new("resources", (host, spec) => host.HasRoomFor(spec.ClaimOn(host.Name))),
    ];
}

/// <summary>One condition and its name.</summary>
internal sealed record Filter(string Name, Func<HostState, SpecToPlace, bool> Passes);
