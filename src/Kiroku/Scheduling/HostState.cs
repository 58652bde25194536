using Kiroku.Hypervisors;

namespace Kiroku.Scheduling;

/// <summary>A host as the scheduler sees it: how much its servers may claim in all, and how much they claim
/// now.</summary>
internal sealed record HostState(string Name, string Zone, Claim Limits, Claim Used)
{
    /// <summary>Whether the host accepts new servers.</summary>
    public bool IsEnabled { get; init; } = true;

    public bool IsUp { get; init; } = true;

    /// <summary>The hardware that it can give machines; null where that is not known.</summary>
    public HostAbilities? Abilities { get; init; }

    public long FreeVcpus => (long)Limits.Vcpus - Used.Vcpus;

    public long FreeMemoryMiB => (long)Limits.MemoryMiB - Used.MemoryMiB;

    public long FreeDiskGiB => (long)Limits.DiskGiB - Used.DiskGiB;

    public bool HasRoomFor(Claim claim)
        => claim.Vcpus <= FreeVcpus && claim.MemoryMiB <= FreeMemoryMiB && claim.DiskGiB <= FreeDiskGiB;
}
