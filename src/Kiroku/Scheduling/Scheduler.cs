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

    private static int Whole(double value) => (int)Math.Min(value, int.MaxValue);
}
