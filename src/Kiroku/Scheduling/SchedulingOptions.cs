using System.ComponentModel.DataAnnotations;

namespace Kiroku.Scheduling;

/// <summary>
/// How much of a host servers may take up, and which host is best. Defaults are Nova's, of the ratios its initial ones,
/// unless said otherwise.
/// </summary>
internal sealed class SchedulingOptions
{
    public const string Section = "Scheduling";

    /// <summary>Virtual processors given out for each of the host's.</summary>
    [Range(0.01, 1_000_000)]
    public double CpuAllocationRatio { get; init; } = 4;

    /// <summary>Memory given out for each byte of the host's.</summary>
    [Range(0.01, 1_000_000)]
    public double RamAllocationRatio { get; init; } = 1;

    /// <summary>Disk given out for each byte of the file system that holds <c>volumes/</c>.</summary>
    [Range(0.01, 1_000_000)]
    public double DiskAllocationRatio { get; init; } = 1;

    /// <summary>
    /// How much free memory counts where several hosts have room: the host with most gets this, the one with least 0,
    /// and the highest sum wins. Below zero servers are stacked rather than spread.
    /// </summary>
    [Range(-1_000_000, 1_000_000)]
    public double RamWeightMultiplier { get; init; } = 1;

    /// <summary>The same of free processors.</summary>
    [Range(-1_000_000, 1_000_000)]
    public double CpuWeightMultiplier { get; init; } = 1;

    /// <summary>The same of free disk.</summary>
    [Range(-1_000_000, 1_000_000)]
    public double DiskWeightMultiplier { get; init; } = 1;

    /// <summary>Whether one of several best hosts is taken at random, rather than the first by name.</summary>
    public bool ShuffleBestSameWeighedHosts { get; init; }

    /// <summary>
    /// Whether a resize may leave a server on its host. Nova's default is false, which needs a second host.
    /// </summary>
    public bool AllowResizeToSameHost { get; init; } = true;
}
