namespace Kiroku.Scheduling;

/// <summary>
/// What a host must be to be given a server, by Nova's names (nova/scheduler/host_manager.py, nova/scheduler/filters).
/// </summary>
internal static class Filters
{
    public static readonly IReadOnlyList<Filter> All =
    [
        new("ignore_hosts", (host, spec) => !spec.Excluded.Contains(host.Name)),
        new("requested_destination", (host, spec) => spec.OnlyHost is null || spec.OnlyHost == host.Name),
        new("ComputeFilter", (host, _) => host.IsEnabled && host.IsUp),
        new("AvailabilityZoneFilter", (host, spec) => spec.Zone is null || spec.Zone == host.Zone),
        // Placement's part in Nova.
        new("resources", (host, spec) => host.HasRoomFor(spec.ClaimOn(host.Name))),
    ];
}

/// <summary>One condition, and what it is called.</summary>
internal sealed record Filter(string Name, Func<HostState, SpecToPlace, bool> Passes);
