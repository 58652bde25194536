namespace Kiroku.Hypervisors;

/// <summary>
/// The machines and disks of one host. Every method is idempotent: asked for what already is so, it does nothing.
/// </summary>
/// <remarks>
/// Calls on the same machine or volume run one after another, so a new attempt joins what an abandoned one left
/// running. A token that fires abandons the wait, never the state: the call ends in the background; what only waits,
/// such as a stop for its guest, ends. Switching off by force takes its turn before all others, as it frees what hangs.
/// Failures are <see cref="HypervisorException"/>.
/// </remarks>
public interface IHypervisor
{
    /// <summary>Short name of what runs the machines, as shown to administrators: "QEMU" or "test".</summary>
    string Kind { get; }

    /// <summary>False when nothing real runs (libvirt's own mock).</summary>
    bool IsReal { get; }

    /// <summary>Ends once the first connection stands; faults when it never can (no such URI).</summary>
    Task Connected { get; }

    /// <summary>The address of the machine's network card, always the same; null if it has none.</summary>
    Task<string?> GetMacAddressAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>The network that a running machine is in, with the addresses that are known there.</summary>
    Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>What the host has in all.</summary>
    Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken);

    /// <summary>What the machine does now; <see cref="MachineState.Absent"/> if there is none.</summary>
    Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>Every machine of ours on this host. Machines that Kiroku did not define are left out.</summary>
    Task<IReadOnlyDictionary<Guid, MachineState>> ListMachinesAsync(CancellationToken cancellationToken);

    /// <summary>Defines the machine, or defines it anew with these properties; a running one takes them up at its next start.</summary>
    Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken);

    /// <summary>Switches the machine on. A paused one is continued; memory that was saved is dropped.</summary>
    Task StartAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>Stops the machine's processors; it keeps its memory and its place on the host.</summary>
    Task PauseAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>Writes the machine's memory to the host's disk and switches the machine off.</summary>
    Task SuspendAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>Has a paused machine go on, or one whose memory was saved; one that is simply off is switched on.</summary>
    Task ContinueAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the guest to switch off (ACPI power button, asked again every few seconds), and switches it off by force
    /// when it has not done so after <paramref name="grace"/>; zero asks nothing.
    /// </summary>
    Task StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Switches the machine off if it runs and forgets its definition; its volumes stay.</summary>
    Task UndefineAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>The last bytes that the guest wrote to its serial console; empty if it never ran.</summary>
    Task<string> ReadConsoleAsync(Guid machine, int maxBytes, CancellationToken cancellationToken);

    /// <summary>The volume's size in bytes as its guest sees it; null if there is no such volume.</summary>
    Task<long?> GetVolumeSizeAsync(string volume, CancellationToken cancellationToken);

    /// <summary>Names of all volumes in the pool, also of those left half made, so that they can be deleted.</summary>
    Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume whose content is the file's: the base that <see cref="CreateOverlayAsync"/> stands on. One of that
    /// name that is there stays as it is.
    /// Half a copy is never left under the volume's name.
    /// </summary>
    Task ImportVolumeAsync(string volume, string file, VolumeFormat format, IProgress<double>? progress, CancellationToken cancellationToken);

    /// <summary>Makes a small raw volume of that content; replaces one of that name. Half of it is never left under the volume's name.</summary>
    Task WriteVolumeAsync(string volume, byte[] content, CancellationToken cancellationToken);

    /// <summary>Makes a fresh volume of <paramref name="bytes"/> that shows the base volume's content; replaces one of that name.</summary>
    Task CreateOverlayAsync(string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken);

    /// <summary>Makes a full copy of a volume, grown to <paramref name="bytes"/>; replaces one of that name. The source is only read.</summary>
    Task CopyVolumeAsync(string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a full copy of a machine's disk as it stands at one moment; replaces one of that name. A machine that runs goes
    /// on meanwhile.
    /// </summary>
    Task SnapshotAsync(Guid machine, string source, string volume, CancellationToken cancellationToken);

    /// <summary>What a volume's content is, before it is exported; a volume that is missing or half made fails.</summary>
    Task<VolumeContent> DescribeVolumeAsync(string volume, CancellationToken cancellationToken);

    /// <summary>Writes the bytes of a volume's file to a stream. What the stream throws is thrown as it is.</summary>
    Task ExportVolumeAsync(string volume, Stream target, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume whose file's content is the stream's, up to its end; replaces one of that name. Half of it is never
    /// left under the volume's name. A stream that throws, or ends with something else than was announced, fails it.
    /// </summary>
    Task ReceiveVolumeAsync(string volume, VolumeContent content, Stream bytes, IProgress<double>? progress, CancellationToken cancellationToken);

    /// <summary>Deletes a volume.</summary>
    Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken);

    /// <summary>
    /// Machines that changed state by whatever cause, ours or not; <see cref="MachineChange.Lost"/> after a connection
    /// was lost and stands again, when anything may have changed unseen, and once more a little later. For one reader.
    /// </summary>
    IAsyncEnumerable<MachineChange> WatchAsync(CancellationToken cancellationToken);
}

/// <summary>What a host has: processors, memory in MiB, and its pool's size and free space in bytes.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.HostCapacity")]
public sealed record HostCapacity(
    [property: Id(0)] int Vcpus,
    [property: Id(1)] long MemoryMiB,
    [property: Id(2)] long DiskBytes,
    [property: Id(3)] long DiskFreeBytes,
    [property: Id(4)] string HypervisorVersion);

/// <summary>What a machine does. Numbers are Nova's power_state (nova/compute/power_state.py); Absent is its NOSTATE.</summary>
[GenerateSerializer, Alias("Kiroku.MachineState")]
public enum MachineState
{
    Absent = 0,
    Running = 1,
    Paused = 3,
    Off = 4,
    Crashed = 6,
}

/// <summary>How a volume's content is laid out.</summary>
[GenerateSerializer, Alias("Kiroku.VolumeFormat")]
public enum VolumeFormat
{
    Raw,
    Qcow2,
}

/// <summary>
/// A volume's content on its way: its format, its size as the guest sees it, and about how many bytes its file has, for
/// room and progress.
/// </summary>
[GenerateSerializer, Immutable, Alias("Kiroku.VolumeContent")]
public sealed record VolumeContent(
    [property: Id(0)] VolumeFormat Format, [property: Id(1)] long Bytes, [property: Id(2)] long FileBytes);

/// <summary>A machine as it is to be: id (also its UUID at the hypervisor), display name, processors, memory and root disk.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.MachineSpec")]
public sealed record MachineSpec(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string Name,
    [property: Id(2)] int Vcpus,
    [property: Id(3)] int MemoryMiB,
    [property: Id(4)] string RootVolume)
{
    /// <summary>A disk beside the one that it starts from; null for none.</summary>
    [Id(5)]
    public string? SecondVolume { get; init; }

    /// <summary>A raw volume that the guest may read; null for none.</summary>
    [Id(6)]
    public string? ConfigVolume { get; init; }
}

/// <summary>An address that a machine has in a network, IPv4 or IPv6, null if none is known, and that of its card there.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.MachineAddress")]
public sealed record MachineAddress(
    [property: Id(0)] string Network, [property: Id(1)] string? Address, [property: Id(2)] string Mac);

/// <summary>One machine's new state; or, with no machine, word that changes may have been missed.</summary>
public sealed record MachineChange(Guid? Machine, MachineState State)
{
    public static readonly MachineChange Lost = new(null, MachineState.Absent);
}

/// <summary>Why the hypervisor did not do what was asked.</summary>
[GenerateSerializer, Alias("Kiroku.HypervisorFailure")]
public enum HypervisorFailure
{
    /// <summary>No connection, or none in time: worth another try.</summary>
    Unavailable,

    /// <summary>It tried and failed; the next try may go well.</summary>
    Failed,

    /// <summary>No room for the volume: the pool is full.</summary>
    NoSpace,

    /// <summary>It cannot do this at all, now or later.</summary>
    NotSupported,

    /// <summary>It is a host's whose node does not answer, and that was waited for.</summary>
    Away,
}

/// <summary>
/// A hypervisor's failure. <see cref="Operation"/> says in our words what was being done ("start the machine") and is fit
/// for the server's owner; the message adds the hypervisor's own text, which is for administrators.
/// </summary>
public sealed class HypervisorException(HypervisorFailure failure, string operation, string text, Exception? inner = null)
    : Exception($"Cannot {operation}: {text}", inner)
{
    public HypervisorFailure Failure { get; } = failure;

    public string Operation { get; } = operation;

    /// <summary>What went wrong, mostly in the hypervisor's own words.</summary>
    public string Text { get; } = text;
}
