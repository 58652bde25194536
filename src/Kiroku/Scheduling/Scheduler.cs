using Kiroku.Hypervisors;
using Microsoft.Extensions.Options;

namespace Kiroku.Scheduling;

/// <summary>Says how much of a host its servers may take up in all.</summary>
internal sealed class Scheduler(IOptions<SchedulingOptions> options)
{
    private const double GiB = 1024 * 1024 * 1024;

    public Claim LimitsOf(HostCapacity host) => new(
        Whole(host.Vcpus * options.Value.CpuAllocationRatio),
        Whole(host.MemoryMiB * options.Value.RamAllocationRatio),
        Whole(host.DiskBytes / GiB * options.Value.DiskAllocationRatio));

    public static string? Choose(SpecToPlace spec, IReadOnlyList<HostState> hosts) => hosts.Where(h => h.Enabled && h.Up && !spec.Excluded.Contains(h.Name)
        && (spec.OnlyHost is null || spec.OnlyHost == h.Name) && h.Used.Vcpus + spec.Claim.Vcpus <= h.Limits.Vcpus
        && h.Used.MemoryMiB + spec.Claim.MemoryMiB <= h.Limits.MemoryMiB && h.Used.DiskGiB + spec.Claim.DiskGiB <= h.Limits.DiskGiB).Select(h => h.Name).FirstOrDefault();

    private static int Whole(double value) => (int)Math.Min(value, int.MaxValue);
}
