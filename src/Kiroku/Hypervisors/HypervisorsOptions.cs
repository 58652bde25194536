namespace Kiroku.Hypervisors;

/// <summary>
/// The settings of the hypervisor that runs the machines: section "Hypervisors", but for what the command line settles.
/// </summary>
internal sealed record HypervisorsOptions
{
    public const string Section = "Hypervisors";

    /// <summary>The libvirt URI; empty: the system's daemon if it answers, else one of the data folder's own.</summary>
    public string? Uri { get; init; }

    /// <summary>Absolute folder for volumes, consoles and a private daemon: the service's data folder.</summary>
    public string DataFolder { get; init; } = "";

    /// <summary>Account of a private daemon and its machines, where the service runs as root.</summary>
    public string Account { get; init; } = "kiroku";

    /// <summary>
    /// The first of the 4096 user ids that machines of a private daemon run as, each as its own, where the service runs
    /// as root; 0: chosen by the data folder's path among those that nobody has.
    /// </summary>
    public uint FirstUid { get; init; }

    /// <summary>
    /// The machines' one network card: "isolated" (leads nowhere), "user" (QEMU's user-mode network, which reaches the
    /// host), "none", "bridge:NAME", or the name of a libvirt network.
    /// </summary>
    public string Network { get; init; } = "isolated";
}
