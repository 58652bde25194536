using System.Collections.Concurrent;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Machines;

namespace Kiroku.Tests.Fakes;

/// <summary>The machines and volumes of a host, which outlive the service.</summary>
internal sealed class FakeHost
{
    public ConcurrentDictionary<Guid, FakeMachine> Machines { get; } = new();

    public ConcurrentDictionary<string, FakeVolume> Volumes { get; } = new();

    public HostCapacity Capacity { get; set; } = new(16, 64 * 1024, 1L << 40, 1L << 39, "1.0.0");

    /// <summary>A machine that cannot be stopped.</summary>
    public Guid? Unstoppable { get; set; }

    /// <summary>Whether its guests take no notice of their power buttons.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>The network's addresses of each machine.</summary>
    public IReadOnlyList<MachineAddress> Addresses { get; set; } = [];

    /// <summary>What it puts machines on.</summary>
    public HostNetwork Network { get; set; } = new(NetworkKind.Isolated, "isolated")
    {
        Mtu = 1500,
        Subnets =
        [
            new HostSubnet("10.0.2.0/24") { GivesAddresses = true, Given = new AddressRange("10.0.2.15", "10.0.2.30") },
        ],
    };

    /// <summary>The hardware that it can give machines.</summary>
    public HostAbilities Abilities { get; set; } = AbilityXml.Everything("x86_64") with
    {
        Kinds = ["qemu"],
        Version = "7.2.0",
        MachineTypes = ["pc", "q35"],
        HasUefi = true,
    };

    public IEnumerable<string> DisksOf(Guid server)
        => Volumes.Keys.Where(name => name.Contains(server.ToString(), StringComparison.Ordinal)).Order();
}

/// <summary>A machine: its present definition, and the hardware since it was last switched on.</summary>
internal sealed record FakeMachine(MachineSpec Spec, MachineState State, int Boots)
{
    public MachineSpec? RunningAs { get; init; }

    /// <summary>How often its guest was interrupted.</summary>
    public int Interrupts { get; init; }

    /// <summary>The hardware at the time its memory was saved; null if it was not saved.</summary>
    public MachineSpec? SavedAs { get; init; }
}

/// <summary>A volume: its size, and an identity of its content that copies keep and new volumes do not.</summary>
internal sealed record FakeVolume(long Bytes, Guid Content)
{
    /// <summary>The written bytes, if the volume has no other content.</summary>
    public byte[]? Written { get; init; }
}
