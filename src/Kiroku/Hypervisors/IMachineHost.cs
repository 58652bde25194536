
namespace Kiroku.Hypervisors;

/// <summary>
/// The machines and disks of one host, this node's own or another's. Every method but <see cref="InjectNmiAsync"/> is
/// idempotent: asked for what already is so, it does nothing.
/// </summary>
/// <remarks>
/// Calls on the same machine or volume run one after another, so a new attempt joins what an abandoned one left
/// running. A token that fires abandons the wait, never the state: the call ends in the background; what only waits,
/// such as a stop for its guest, ends. Switching off by force takes its turn before all others, as it frees what hangs.
/// Failures are <see cref="HypervisorException"/>, in the words of <see cref="Operations"/>.
/// </remarks>
public interface IMachineHost
{
    /// <summary>The address of the machine's network card, always the same; null if it has none.</summary>
    Task<string?> GetMacAddressAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>
    /// The network that a machine is in, with the addresses that it has there or will be given; nothing of one that is
    /// off, unless an address is reserved for it.
    /// </summary>
    Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>The machine's state; <see cref="MachineState.Absent"/> if there is none.</summary>
    Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>
    /// Defines the machine, or defines it anew with these properties; a running one takes them up at its next start. In
    /// a network that gives out addresses, one is reserved for it.
    /// </summary>
    Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken);

    /// <summary>Switches the machine on. A paused one is continued; memory that was saved is dropped.</summary>
    Task StartAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>Stops the machine's processors; it keeps its memory and its place on the host.</summary>
    Task PauseAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>
    /// Sends each of the machine's processors an interrupt that a guest cannot mask; a paused machine gets it when it
    /// goes on, and for one that is off the call fails. Not idempotent: each call sends another, so a call that is
    /// repeated because its answer was lost may interrupt the guest twice.
    /// </summary>
    Task InjectNmiAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>Writes the machine's memory to the host's disk and switches the machine off.</summary>
    Task SuspendAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>
    /// Lets a paused machine go on, or one whose memory was saved; fails for one that is off and has no such memory.
    /// </summary>
    Task ContinueAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the guest to switch off (ACPI power button, asked again every few seconds), and switches it off by force
    /// when it has not done so after <paramref name="grace"/>; zero asks nothing.
    /// </summary>
    /// <returns>Whether it was on and was switched off by force.</returns>
    Task<bool> StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>
    /// Switches the machine off if it runs, forgets its definition and gives back its address; its volumes stay.
    /// </summary>
    Task UndefineAsync(Guid machine, CancellationToken cancellationToken);

    /// <summary>The last bytes that the guest wrote to its serial console; empty if it never ran.</summary>
    Task<string> ReadConsoleAsync(Guid machine, int maxBytes, CancellationToken cancellationToken);

    /// <summary>The volume's size in bytes as its guest sees it; null if there is no such volume.</summary>
    Task<long?> GetVolumeSizeAsync(string volume, CancellationToken cancellationToken);

    /// <summary>Names of all volumes in the pool, also of those left half made, so that they can be deleted.</summary>
    Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes a small raw volume of that content; replaces one of that name. Half of it is never left under the volume's
    /// name.
    /// </summary>
    Task WriteVolumeAsync(string volume, byte[] content, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a fresh volume of <paramref name="bytes"/> that shows the base volume's content; replaces one of that
    /// name.
    /// </summary>
    Task CreateOverlayAsync(
        string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a full copy of a volume, grown to <paramref name="bytes"/>; replaces one of that name. The source is only
    /// read.
    /// </summary>
    Task CopyVolumeAsync(
        string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a full copy of a machine's disk as it stands at one moment; replaces one of that name. A machine that runs
    /// goes on meanwhile.
    /// </summary>
    Task SnapshotAsync(Guid machine, string source, string volume, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the bytes of a volume's file to a stream. An exception of the stream is thrown as it is.
    /// </summary>
    Task ExportVolumeAsync(string volume, Stream target, CancellationToken cancellationToken);

    /// <summary>Deletes a volume.</summary>
    Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken);
}

/// <summary>
/// The words for a host's operations, to be read after "could not". They are the
/// <see cref="HypervisorException.Operation"/> of a failure on any host, and the server's owner reads them.
/// </summary>
public static class Operations
{
    public const string ReadAddresses = "read the machine's addresses";
    public const string ReadState = "read the machine's state";
    public const string Define = "define the machine";
    public const string GiveAddress = "give the machine an address";
    public const string Filter = "filter what the machine's card lets through";
    public const string Start = "start the machine";
    public const string Pause = "pause the machine";
    public const string InjectNmi = "send the machine an interrupt";
    public const string Suspend = "save the machine's memory";
    public const string Continue = "continue the machine";
    public const string ContinueWithoutMemory = "continue the machine: it is off, and no memory of it is kept";
    public const string Stop = "stop the machine";
    public const string Undefine = "remove the machine";
    public const string ReadConsole = "read the console";
    public const string MeasureVolume = "look at the volume";
    public const string ListVolumes = "list the volumes";
    public const string WriteVolume = "make the config drive";
    public const string CreateOverlay = "make the disk";
    public const string CopyVolume = "copy the disk";
    public const string ExportVolume = "read the disk";
    public const string DeleteVolume = "delete the volume";
    public const string ImportVolume = "import the image";
    public const string ReceiveVolume = "receive the disk";
}
