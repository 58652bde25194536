using System.Security.Cryptography;
using System.Text;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Nodes;

/// <summary>
/// A host with machines: what its node says of it, what administrators say of its service, what servers take up,
/// whether its node is there.
/// </summary>
internal sealed record Host(Node Node, Service Service, HostUse Use, bool IsThere)
{
    public bool IsUp => IsThere && Node.Connected && !Service.ForcedDown;

    public string Name => Node.Name;

    /// <summary>Its id, and its service's, before 2.53.</summary>
    public long Number => Node.Number;

    public string Zone => Node.Zone;

    public string Address => Node.Address;

    public string Kind => Node.HypervisorKind ?? "";

    public HostCapacity Capacity => Node.Capacity;

    public DateTime SeenAt => Node.SeenAt;

    public Guid Id => IdOf($"compute node {Name}");

    public Guid ServiceId => IdOf($"{Service.Binary} {Name}");

    /// <summary>
    /// What administrators see of the host of a server (nova/compute/api.py, get_instance_host_status).
    /// </summary>
    public string HostStatus => Service.HostStatus(IsUp);

    /// <summary>The host as the scheduler looks at it.</summary>
    public HostState State(Scheduler scheduler) => new(Name, Zone, scheduler.LimitsOf(Capacity), Use.Claim)
    {
        IsEnabled = !Service.Disabled && !Node.Draining,
        IsUp = IsUp,
    };

    /// <summary>An id that always comes out the same for what it names.</summary>
    public static Guid IdOf(string name)
        => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16), bigEndian: true);
}

/// <summary>What servers take up on a host, and on how many of them something is being done.</summary>
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
