using Kiroku.Hypervisors;

namespace Kiroku.Nodes;

/// <summary>A process of this cloud and the host that it runs on, as it last reported.</summary>
internal sealed record Node
{
    /// <summary>The role of nodes that have machines.</summary>
    public const string Compute = "compute";

    /// <summary>The role of nodes that run actions.</summary>
    public const string Conductor = "conductor";

    /// <summary>How long after its last report a node counts as present.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the host before 2.53, which the store assigns.</summary>
    public long Number { get; init; }

    /// <summary>The id of its data folder: a name belongs to one folder at a time.</summary>
    public required string Folder { get; init; }

    /// <summary>The address of its process in the cluster; null once it has left.</summary>
    public string? Silo { get; init; }

    /// <summary>The same address if that process seals its calls; null from nodes of the version before.</summary>
    public string? SealingSilo { get; init; }

    public required string Roles { get; init; }

    public required string Zone { get; init; }

    /// <summary>The IP address that administrators see.</summary>
    public required string Address { get; init; }

    public required string Version { get; init; }

    /// <summary>Whether it takes no new work.</summary>
    public bool Draining { get; init; }

    public string? HypervisorKind { get; init; }

    public string? HypervisorVersion { get; init; }

    public long Vcpus { get; init; }

    public long MemoryMib { get; init; }

    public long DiskBytes { get; init; }

    public long DiskFreeBytes { get; init; }

    /// <summary>The host's uptime; null if it is not known.</summary>
    public string? Uptime { get; init; }

    /// <summary>
    /// The network that its machines are put on, as <see cref="NetworkText"/> writes it; null if unknown.
    /// </summary>
    public string? Network { get; init; }

    /// <summary>
    /// The hardware that it can give its machines, as <see cref="AbilitiesText"/> writes it; null if unknown.
    /// </summary>
    public string? Abilities { get; init; }

    /// <summary>Whether its hypervisor answers.</summary>
    public bool Connected { get; init; }

    /// <summary>
    /// When its process took the name. The time and the folder tell this run of the node from others.
    /// </summary>
    public DateTime StartedAt { get; init; }

    public DateTime SeenAt { get; init; }

    public bool RunsActions => Roles.Split(',').Contains(Conductor);

    public bool HasMachines => Roles.Split(',').Contains(Compute);

    public HostCapacity Capacity => new((int)Vcpus, MemoryMib, DiskBytes, DiskFreeBytes, HypervisorVersion ?? "0.0.0");

    /// <summary>Whether its process runs, as far as its reports tell at that moment.</summary>
    public bool WasSeen(DateTime now) => Silo is not null && now - SeenAt < Lifetime;

    /// <summary>The same node with a new measurement; values that are not known stay as they were.</summary>
    public Node With(HostLook look) => look.Capacity is { } capacity
        ? this with
        {
            Connected = look.Connected,
            Network = look.Network is { } network ? NetworkText.Write(network) : Network,
            Abilities = look.Abilities is { } abilities ? AbilitiesText.Write(abilities, Version) : Abilities,
            HypervisorVersion = capacity.HypervisorVersion,
            Vcpus = capacity.Vcpus,
            MemoryMib = capacity.MemoryMiB,
            DiskBytes = capacity.DiskBytes,
            DiskFreeBytes = capacity.DiskFreeBytes,
            Uptime = look.Uptime,
        }
        : this with { Connected = look.Connected };
}
