namespace Kiroku.Hypervisors;

/// <summary>Which hypervisor runs the machines, and how.</summary>
internal sealed record HypervisorsOptions
{
    public const string Section = "Hypervisors";

    /// <summary>
    /// The libvirt URI. Without one, the system's daemon is taken if it answers, else a private one of the data folder.
    /// The command line's <c>--hypervisor</c> wins.
    /// </summary>
    public string? Uri { get; init; }

    /// <summary>Always the data folder; a value here has no effect.</summary>
    public string DataFolder { get; init; } = "";

    /// <summary>Account of a private daemon, where the service runs as root.</summary>
    public string Account { get; init; } = "kiroku";

    /// <summary>
    /// The first of 4096 user ids for the machines of a private daemon, one for each machine, where the service runs as
    /// root; at least 65536. 0 chooses ids that nobody has, by the data folder's path.
    /// </summary>
    public uint FirstUid { get; init; }

    /// <summary>
    /// The machines' one network card: <c>isolated</c> (leads nowhere), <c>user</c> (QEMU's user-mode network, which
    /// reaches the host), <c>none</c>, <c>bridge:NAME</c>, or the name of a libvirt network.
    /// </summary>
    public string Network { get; init; } = "isolated";
}
