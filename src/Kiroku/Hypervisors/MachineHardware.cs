namespace Kiroku.Hypervisors;

/// <summary>
/// What a machine has otherwise than its host would give it, because its image or flavor asks for it. What is null,
/// zero or false stays as it is without such a wish.
/// </summary>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("Kiroku.MachineHardware")]
public sealed record MachineHardware
{
    /// <summary>A machine without any wish.</summary>
    public static readonly MachineHardware Usual = new();

    [Id(0)]
    public string? DiskBus { get; init; }

    /// <summary>The bus of a config drive that is a cdrom; null where it is a disk.</summary>
    [Id(1)]
    public string? CdromBus { get; init; }

    [Id(2)]
    public string? ScsiModel { get; init; }

    [Id(3)]
    public string? CardModel { get; init; }

    /// <summary>Whether its card has a queue for each processor, where the network allows that.</summary>
    [Id(4)]
    public bool HasCardQueues { get; init; }

    [Id(5)]
    public bool HasPackedRings { get; init; }

    [Id(6)]
    public bool IsUefi { get; init; }

    [Id(7)]
    public string? MachineType { get; init; }

    [Id(8)]
    public string? VideoModel { get; init; }

    [Id(9)]
    public int VideoMiB { get; init; }

    [Id(10)]
    public bool HasNoRandomSource { get; init; }

    /// <summary>The most random bytes in each period; 0 for no limit.</summary>
    [Id(11)]
    public int RandomBytes { get; init; }

    /// <summary>The period in milliseconds; 0 for libvirt's own.</summary>
    [Id(12)]
    public int RandomPeriod { get; init; }

    /// <summary>Whether it has the channel of QEMU's guest agent.</summary>
    [Id(13)]
    public bool HasAgent { get; init; }

    [Id(14)]
    public bool HasTablet { get; init; }

    /// <summary>The bus of a tablet and of a keyboard; null for a tablet on USB alone, if there is one.</summary>
    [Id(15)]
    public string? InputBus { get; init; }

    [Id(16)]
    public bool HasBootMenu { get; init; }

    /// <summary>What happens when the guest leaves its watchdog alone; null for no watchdog.</summary>
    [Id(17)]
    public string? WatchdogAction { get; init; }

    [Id(18)]
    public CpuShape? Shape { get; init; }

    /// <summary>Whether the guest does not learn that it runs on KVM.</summary>
    [Id(19)]
    public bool HidesKvm { get; init; }

    /// <summary>Whether it counts performance events; null for the host's own choice.</summary>
    [Id(20)]
    public bool? HasPmu { get; init; }

    [Id(21)]
    public bool? HasHpet { get; init; }

    /// <summary>Whether its clock shows the host's local time, as Windows expects it.</summary>
    [Id(22)]
    public bool HasLocalClock { get; init; }

    [Id(23)]
    public string? SoundModel { get; init; }

    [Id(24)]
    public string? UsbModel { get; init; }

    [Id(25)]
    public MachineLimits? Limits { get; init; }

    /// <summary>
    /// The device that the second volume is, "disk" or "cdrom", where the machine starts from that one and keeps its
    /// root disk in its place; null for a machine that starts from its root disk.
    /// </summary>
    [Id(26)]
    public string? RescueDevice { get; init; }

    [Id(27)]
    public string? RescueBus { get; init; }
}

/// <summary>How a machine's processors are arranged; their product is the number of processors.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.CpuShape")]
public sealed record CpuShape(
    [property: Id(0)] int Sockets, [property: Id(1)] int Cores, [property: Id(2)] int Threads);

/// <summary>How much of its host a machine may take; null for no limit.</summary>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("Kiroku.MachineLimits")]
public sealed record MachineLimits
{
    public static readonly MachineLimits None = new();

    [Id(0)]
    public long? CpuShares { get; init; }

    [Id(1)]
    public long? CpuPeriod { get; init; }

    [Id(2)]
    public long? CpuQuota { get; init; }

    [Id(3)]
    public Flow? DiskBytes { get; init; }

    [Id(4)]
    public Flow? DiskOperations { get; init; }

    [Id(5)]
    public Bandwidth? Inbound { get; init; }

    [Id(6)]
    public Bandwidth? Outbound { get; init; }

    public bool LimitsCpu => CpuShares is not null || CpuPeriod is not null || CpuQuota is not null;
}

/// <summary>The most that a disk reads, writes, or does in all, in a second; 0 for no limit.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.Flow")]
public sealed record Flow([property: Id(0)] long Read, [property: Id(1)] long Write, [property: Id(2)] long Total);

/// <summary>A card's bandwidth: KiB a second on average and at its peak, KiB in one burst; 0 for no limit.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.Bandwidth")]
public sealed record Bandwidth(
    [property: Id(0)] long Average, [property: Id(1)] long Peak, [property: Id(2)] long Burst);
