using System.ComponentModel.DataAnnotations;

namespace Kiroku.Scheduling;

/// <summary>How much of a host servers may take up. Section "Scheduling"; the defaults are Nova's initial allocation ratios.</summary>
internal sealed class SchedulingOptions
{
    public const string Section = "Scheduling";

    public bool AllowResizeToSameHost { get; init; } = true;

    /// <summary>Virtual processors for each of the host's.</summary>
    [Range(0.01, 1_000_000)]
    public double CpuAllocationRatio { get; init; } = 4;

    [Range(0.01, 1_000_000)]
    public double RamAllocationRatio { get; init; } = 1;

    [Range(0.01, 1_000_000)]
    public double DiskAllocationRatio { get; init; } = 1;
}
