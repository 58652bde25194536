using System.Security.Cryptography;
using System.Text;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Nodes;

/// <summary>
/// A host with machines: its node's report, its service as administrators have set it, the claims of servers, and
/// whether its node is present.
/// </summary>
internal sealed record Host(Node Node, Service Service, HostUse Use, bool IsPresent)
{
    public bool IsUp => IsPresent && Node.Connected && !Service.ForcedDown;

    public string Name => Node.Name;

    /// <summary>The id of the host and of its service before 2.53.</summary>
    public long Number => Node.Number;

    public string Zone => Node.Zone;

    public string Address => Node.Address;

    public string Kind => Node.HypervisorKind ?? "";

    public HostCapacity Capacity => Node.Capacity;

    /// <summary>What its machines are put on; null where that is not known.</summary>
    public HostNetwork? Network => Node.Network is { } text ? NetworkText.Read(text) : null;

    /// <summary>The hardware that it can give its machines; null where that is not known.</summary>
    public HostAbilities? Abilities => Node.Abilities is { } text ? AbilitiesText.Read(text, Node.Version) : null;

    public DateTime SeenAt => Node.SeenAt;

    public Guid Id => IdOf($"compute node {Name}");

    public Guid ServiceId => IdOf($"{Service.Binary} {Name}");

    /// <summary>
    /// The host_status that administrators see on servers (nova/compute/api.py, get_instance_host_status).
    /// </summary>
    public string HostStatus => Service.HostStatus(IsUp);

    /// <summary>The same host with so many servers that have a running action.</summary>
    public Host With(long busy) => this with { Use = Use with { Busy = busy } };

    /// <summary>The host as the scheduler sees it.</summary>
    public HostState State(Scheduler scheduler) => new(Name, Zone, scheduler.LimitsOf(Capacity), Use.Claim)
    {
        IsEnabled = !Service.Disabled && !Node.Draining,
        IsUp = IsUp,
        Abilities = Abilities,
    };

    /// <summary>The id that belongs to a name, always the same.</summary>
    public static Guid IdOf(string name)
        => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16), bigEndian: true);
}

/// <summary>
/// The servers on a host: their number, how many of them have a running action, which only those who show it ask for,
/// and what they claim.
/// </summary>
internal sealed record HostUse
{
    public string Host { get; init; } = "";
    public long Servers { get; init; }
    public long Busy { get; init; }
    public long Vcpus { get; init; }
    public long MemoryMib { get; init; }
    public long DiskGib { get; init; }

    public Claim Claim => new(Whole(Vcpus), Whole(MemoryMib), Whole(DiskGib));

    private static int Whole(long value) => (int)Math.Min(value, int.MaxValue);
}
