using System.ComponentModel.DataAnnotations;

namespace Kiroku.Scheduling;

/// <summary>
/// How much of a host servers may take up, and which host is best. Section "Scheduling"; where nothing else is said the
/// defaults are Nova's, of the ratios its initial ones.
/// </summary>
internal sealed class SchedulingOptions
{
    public const string Section = "Scheduling";

    /// <summary>Virtual processors for each of the host's.</summary>
    [Range(0.01, 1_000_000)]
    public double CpuAllocationRatio { get; init; } = 4;

    [Range(0.01, 1_000_000)]
    public double RamAllocationRatio { get; init; } = 1;

    [Range(0.01, 1_000_000)]
    public double DiskAllocationRatio { get; init; } = 1;

    /// <summary>How much free memory counts for a host; below zero servers are stacked, not spread.</summary>
    [Range(-1_000_000, 1_000_000)]
    public double RamWeightMultiplier { get; init; } = 1;

    [Range(-1_000_000, 1_000_000)]
    public double CpuWeightMultiplier { get; init; } = 1;

    [Range(-1_000_000, 1_000_000)]
    public double DiskWeightMultiplier { get; init; } = 1;

    /// <summary>Whether one of several best hosts is taken at random, rather than the first by name.</summary>
    public bool ShuffleBestSameWeighedHosts { get; init; }

    /// <summary>Whether a resize may leave a server where it is; Nova's default is false, which would need a second host.</summary>
    public bool AllowResizeToSameHost { get; init; } = true;
}
