using System.Collections.Concurrent;
using Kiroku.Hypervisors;

namespace Kiroku.Tests.Fakes;

/// <summary>What outlives a service: a host's machines and volumes.</summary>
internal sealed class FakeHost
{
    public ConcurrentDictionary<Guid, FakeMachine> Machines { get; } = new();

    public ConcurrentDictionary<string, FakeVolume> Volumes { get; } = new();

    public HostCapacity Capacity { get; set; } = new(16, 64 * 1024, 1L << 40, 1L << 39, "1.0.0");

    /// <summary>A machine that does not end, whoever tells it to.</summary>
    public Guid? Unstoppable { get; set; }

    /// <summary>What its network knows of each machine.</summary>
    public IReadOnlyList<MachineAddress> Addresses { get; set; } = [];

    public IEnumerable<string> DisksOf(Guid server)
        => Volumes.Keys.Where(name => name.Contains(server.ToString(), StringComparison.Ordinal)).Order();
}

/// <summary>
/// A machine: what it is made of, and what the hardware is that it runs on since it was last switched on.
/// </summary>
internal sealed record FakeMachine(MachineSpec Spec, MachineState State, int Boots)
{
    public MachineSpec? RunningAs { get; init; }

    /// <summary>The hardware that its memory was saved on; null if none was.</summary>
    public MachineSpec? SavedAs { get; init; }
}

/// <summary>A volume: its size, and an identity of its content that copies keep and fresh ones do not.</summary>
internal sealed record FakeVolume(long Bytes, Guid Content)
{
    /// <summary>What was written, where that is all there is.</summary>
    public byte[]? Written { get; init; }
}
