namespace Kiroku.Hypervisors;

/// <summary>Which hypervisor runs the machines, and how.</summary>
internal sealed record HypervisorsOptions
{
    public const string Section = "Hypervisors";

    /// <summary>
    /// The libvirt URI; without one the system's daemon if it answers, else one of the data folder's own. The command
    /// line's <c>--hypervisor</c> wins.
    /// </summary>
    public string? Uri { get; init; }

    /// <summary>Always the data folder; a value here has no effect.</summary>
    public string DataFolder { get; init; } = "";

    /// <summary>Account of a private daemon, where the service runs as root.</summary>
    public string Account { get; init; } = "kiroku";

    /// <summary>
    /// The first of 4096 user ids for machines of a private daemon, each its own, where the service runs as root: from
    /// 65536 on. 0: chosen by the data folder's path among those that nobody has.
    /// </summary>
    public uint FirstUid { get; init; }

    /// <summary>
    /// The machines' one network card: <c>isolated</c> (leads nowhere), <c>user</c> (QEMU's user-mode network, which
    /// reaches the host), <c>none</c>, <c>bridge:NAME</c>, or the name of a libvirt network.
    /// </summary>
    public string Network { get; init; } = "isolated";
}
