namespace Kiroku.Scheduling;

/// <summary>
/// Decides which suitable host is the best: each weigher gives the best of them 1 and the worst 0, times its
/// multiplier (nova/weights.py).
/// </summary>
internal sealed class Weighers(SchedulingOptions options)
{
    private readonly IReadOnlyList<Weigher> all =
    [
        new("RAMWeigher", options.RamWeightMultiplier, (host, _) => host.FreeMemoryMiB),
        new("CPUWeigher", options.CpuWeightMultiplier, (host, _) => host.FreeVcpus),
        new("DiskWeigher", options.DiskWeightMultiplier, (host, _) => host.FreeDiskGiB),
        new("ServerGroupSoftAffinityWeigher", options.SoftAffinityWeightMultiplier,
            (host, spec) => CountOf(GroupPolicies.SoftAffinity, host, spec)),
        new("ServerGroupSoftAntiAffinityWeigher", options.SoftAntiAffinityWeightMultiplier,
            (host, spec) => -CountOf(GroupPolicies.SoftAntiAffinity, host, spec)),
    ];

    /// <summary>The sum of each host's weights for that server, in the order of the hosts.</summary>
    public double[] Weigh(IReadOnlyList<HostState> hosts, SpecToPlace spec)
    {
        var sums = new double[hosts.Count];
        foreach (var weigher in all)
        {
            foreach (var (index, weight) in Normalize([.. hosts.Select(host => weigher.Measure(host, spec))]).Index())
                sums[index] += weigher.Multiplier * weight;
        }
        return sums;
    }

    /// <summary>How many servers of a group with that policy a host has.</summary>
    private static int CountOf(string policy, HostState host, SpecToPlace spec)
        => spec.Group is { } group && group.Policy == policy
            ? group.CountWithItself(host.Name, spec.CurrentHost)
            : 0;

    /// <summary>Scales weights to between 0 and 1; all 0 if they are equal.</summary>
    private static IEnumerable<double> Normalize(double[] weights)
    {
        var (least, most) = (weights.Min(), weights.Max());
        return weights.Select(weight => most > least ? (weight - least) / (most - least) : 0);
    }

    private sealed record Weigher(string Name, double Multiplier, Func<HostState, SpecToPlace, double> Measure);
}
