namespace Kiroku.Scheduling;

/// <summary>
/// Decides which suitable host is the best: each weigher gives the best of them 1 and the worst 0, times its
/// multiplier (nova/weights.py).
/// </summary>
internal sealed class Weighers(SchedulingOptions options)
{
    private readonly IReadOnlyList<Weigher> all =
    [
        new("RAMWeigher", options.RamWeightMultiplier, host => host.FreeMemoryMiB),
        new("CPUWeigher", options.CpuWeightMultiplier, host => host.FreeVcpus),
        new("DiskWeigher", options.DiskWeightMultiplier, host => host.FreeDiskGiB),
    ];

    /// <summary>The sum of each host's weights, in the order of the hosts.</summary>
    public double[] Weigh(IReadOnlyList<HostState> hosts)
    {
        var sums = new double[hosts.Count];
        foreach (var weigher in all)
        {
            foreach (var (index, weight) in Normalize([.. hosts.Select(weigher.Measure)]).Index())
                sums[index] += weigher.Multiplier * weight;
        }
        return sums;
    }

    /// <summary>Scales weights to between 0 and 1; all 0 if they are equal.</summary>
    private static IEnumerable<double> Normalize(double[] weights)
    {
        var (least, most) = (weights.Min(), weights.Max());
        return weights.Select(weight => most > least ? (weight - least) / (most - least) : 0);
    }

    private sealed record Weigher(string Name, double Multiplier, Func<HostState, double> Measure);
}
