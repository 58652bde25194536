using System.ComponentModel.DataAnnotations;

namespace Kiroku.Scheduling;

/// <summary>
/// How much of a host its servers may claim, and which host is the best. Defaults are Nova's unless stated otherwise;
/// for the ratios, Nova's initial ones.
/// </summary>
internal sealed class SchedulingOptions
{
    public const string Section = "Scheduling";

    /// <summary>Virtual processors that servers may claim for each of the host's.</summary>
    [Range(0.01, 1_000_000)]
    public double CpuAllocationRatio { get; init; } = 4;

    /// <summary>Memory that servers may claim for each byte of the host's.</summary>
    [Range(0.01, 1_000_000)]
    public double RamAllocationRatio { get; init; } = 1;

    /// <summary>Disk that servers may claim for each byte of the file system that holds <c>volumes/</c>.</summary>
    [Range(0.01, 1_000_000)]
    public double DiskAllocationRatio { get; init; } = 1;

    /// <summary>
    /// Weight of free memory in choosing among several hosts with enough room: the host with the most free memory
    /// gets this value, the one with the least 0, and the highest sum of weights wins. A negative value stacks
    /// servers rather than spreading them.
    /// </summary>
    [Range(-1_000_000, 1_000_000)]
    public double RamWeightMultiplier { get; init; } = 1;

    /// <summary>Weight of free processors, likewise.</summary>
    [Range(-1_000_000, 1_000_000)]
    public double CpuWeightMultiplier { get; init; } = 1;

    /// <summary>Weight of free disk, likewise.</summary>
    [Range(-1_000_000, 1_000_000)]
    public double DiskWeightMultiplier { get; init; } = 1;

    /// <summary>
    /// Weight of having other servers of a group whose policy is soft-affinity, likewise. The policy outweighs all else
    /// only if this value exceeds the sum of the three others; Nova's default does not.
    /// </summary>
    [Range(0, 1_000_000)]
    public double SoftAffinityWeightMultiplier { get; init; } = 1;

    /// <summary>Weight of not having any, for the policy soft-anti-affinity.</summary>
    [Range(0, 1_000_000)]
    public double SoftAntiAffinityWeightMultiplier { get; init; } = 1;

    /// <summary>Whether to choose at random among equally good hosts, rather than the first by name.</summary>
    public bool ShuffleBestSameWeighedHosts { get; init; }

    /// <summary>
    /// Whether a resize may leave a server on its host. Nova's default is false, which needs a second host.
    /// </summary>
    public bool AllowResizeToSameHost { get; init; } = true;
}
