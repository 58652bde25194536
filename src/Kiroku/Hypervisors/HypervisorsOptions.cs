namespace Kiroku.Hypervisors;

/// <summary>Which hypervisor runs the machines, and how.</summary>
internal sealed class HypervisorsOptions
{
    /// <summary>The libvirt URI; empty: the system's daemon if it answers, else one of the data folder's own.</summary>
    public string? Uri { get; init; }

    /// <summary>Absolute folder for volumes, consoles and a private daemon.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Account of a private daemon and its machines, where the service runs as root.</summary>
    public string Account { get; init; } = "kiroku";

    /// <summary>"user", "none", "bridge:NAME", or the name of a libvirt network.</summary>
    public string Network { get; init; } = "user";
}
