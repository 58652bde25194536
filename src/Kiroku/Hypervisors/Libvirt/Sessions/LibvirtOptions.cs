namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>The options of one libvirt connection.</summary>
internal sealed class LibvirtOptions
{
    /// <summary>Absolute folder that holds <c>volumes/</c> and <c>consoles/</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>The pool's name; when it belongs to another folder already, ours gets a suffix.</summary>
    public string Pool { get; init; } = "kiroku";

    /// <summary>The beginning of our machines' names; others are not ours.</summary>
    public string MachinePrefix { get; init; } = "kiroku-";

    /// <summary>
    /// The machines' network: "isolated", "user" (reaches the host), "none", "bridge:NAME", or the name of a libvirt
    /// network.
    /// </summary>
    public string Network { get; init; } = MachineNetwork.Isolated;

    /// <summary>Deadline of calls that only ask or write a definition.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Deadline for switching a machine on.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Deadline for writing a machine's memory to the disk, or reading it back.</summary>
    public TimeSpan SaveTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Deadline for switching off by force: a hung QEMU is only killed after libvirt has waited for it.
    /// </summary>
    public TimeSpan DestroyTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Deadline for making, deleting and looking through volumes.</summary>
    public TimeSpan VolumeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Deadline for copying, importing, sending and receiving a volume.</summary>
    public TimeSpan CopyTimeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>How long a call waits for a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause between attempts to connect again in the background.</summary>
    public TimeSpan ReconnectInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after a new connection machines may still change without an event.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a guest is asked to switch off; one that still boots does not hear the first.</summary>
    public TimeSpan ShutdownInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Copies and imports at one time; fewer than calls at one time, so that they never hold up the others. As many
    /// disks are sent at one time, and as many received.
    /// </summary>
    public int ParallelCopies { get; init; } = 2;

    /// <summary>A console file larger than this is cut to its end.</summary>
    public long ConsoleBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// The first of the user ids that machines of a private daemon run as; 0: chosen by the folder's path.
    /// </summary>
    public uint FirstUid { get; init; }

    /// <summary>The room that is left free on the file systems that volumes and saved memory lie on.</summary>
    public DiskReserve Reserve { get; init; } = DiskReserve.None;

    public string VolumesFolder => Path.Combine(Folder, "volumes");

    /// <summary>
    /// The folder of a private daemon, if there is one: its own files and the memory of suspended machines.
    /// </summary>
    public string DaemonFolder => Path.Combine(Folder, "libvirt");

    public string ConsolesFolder => Path.Combine(Folder, "consoles");
}
