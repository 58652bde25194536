using System.Collections.Frozen;
using System.Text.Json.Serialization;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Servers.State;

/// <summary>
/// A server as it stands: one row. While an action runs, <see cref="RunningAction"/> names it and is the lock, and only
/// that action's workflow writes the states.
/// </summary>
internal sealed record Server
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required string ProjectId { get; init; }

    public required string UserId { get; init; }

    public required string ImageId { get; init; }

    public required ServerFlavor Flavor { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public ServerLabels Labels { get; init; } = new();

    public required string VmState { get; init; }

    public string? TaskState { get; init; }

    public MachineState PowerState { get; init; }

    /// <summary>While resized: the vm_state that a confirm or revert goes back to.</summary>
    public string? FormerVmState { get; init; }

    /// <summary>Percent of the running action's copying.</summary>
    public int Progress { get; init; }

    /// <summary>The host that it is on, or null where it takes up none.</summary>
    public string? Host { get; init; }

    /// <summary>The availability zone that its host is in; null where it is on none.</summary>
    public string? Zone { get; init; }

    /// <summary>What it takes up on its host.</summary>
    public Claim Claim { get; init; } = Claim.None;

    /// <summary>
    /// What it takes up on a second host: while it moves on the one that it goes to; while resized on the one that it
    /// came from, if that is another.
    /// </summary>
    public HostClaim? Other { get; init; }

    /// <summary>
    /// The disk that it runs on, with the config drive beside it; also while it is on no host. Null before the first is
    /// made.
    /// </summary>
    public ServerDisk? Disk { get; init; }

    /// <summary>While resized, and after a move or revert that failed half way: what it was before.</summary>
    public FormerServer? Former { get; init; }

    /// <summary>
    /// While rescued: the image that the machine runs from, with the server's own disk as its second.
    /// </summary>
    public string? RescueImageId { get; init; }

    /// <summary>Which of its config drives it has, counted from 1; null where it has none.</summary>
    public int? ConfigGeneration { get; init; }

    /// <summary>Where its machine can be reached, as far as that was seen.</summary>
    public IReadOnlyList<MachineAddress> Addresses { get; init; } = [];

    public ServerFault? Fault { get; init; }

    /// <summary>Who keeps it from being changed, "owner" or "admin"; null while nobody does.</summary>
    public string? LockedBy { get; init; }

    public string? LockedReason { get; init; }

    /// <summary>Request id of the action that runs; null when none does.</summary>
    public string? RunningAction { get; init; }

    /// <summary>Counts the runnings of actions, so that an older one can be told from a newer.</summary>
    public long Epoch { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    public DateTime? LaunchedAt { get; init; }

    public DateTime? TerminatedAt { get; init; }

    public bool Deleted { get; init; }

    /// <summary>The right to act for what runs now, or while nothing does.</summary>
    public Fence Fence => new(Id, RunningAction, Epoch);

    /// <summary>
    /// Its host's zone, or while it has never had one the zone asked for (nova/availability_zones.py).
    /// </summary>
    public string? AvailabilityZone => Zone ?? (Host is null && LaunchedAt is null ? Labels.PinnedZone : null);

    /// <summary>Every host that may hold something of it.</summary>
    public IEnumerable<string> Hosts
        => new[] { Host, Other?.Host, Disk?.Host, Former?.Disk.Host }.OfType<string>().Distinct();

    /// <summary>
    /// The server with nothing but the host and disk it has; what else there was is named no more, and swept. One whose
    /// disk lies elsewhere had not come to its host yet.
    /// </summary>
    public Server InOnePlace()
    {
        var host = Disk is null || Disk.Host == Host ? Host : null;
        return this with
        {
            Former = null,
            Host = host,
            Claim = host is null || Deleted ? Claim.None : Flavor.Claim,
            Other = null,
        };
    }

    /// <summary>
    /// The server with a flavor on the copy that was made of its disk, on the second host if that takes up room for it.
    /// </summary>
    public Server OnNextDisk(ServerFlavor flavor)
    {
        var next = Other ?? new HostClaim(Host!, Claim);
        return this with
        {
            Flavor = flavor,
            Former = new FormerServer(Flavor, Disk!),
            Disk = new ServerDisk(next.Host, Disk!.Generation + 1),
            Host = next.Host,
            Claim = next.Claim,
            Other = Other is null ? null : new HostClaim(Host!, Claim),
        };
    }

    /// <summary>
    /// The server on its former disk again, on the host where that lies; what it leaves is its second host.
    /// </summary>
    public Server OnFormerDisk() => Former is not ({ } flavor, { } disk) ? this : this with
    {
        Flavor = flavor,
        Former = null,
        Disk = disk,
        Host = disk.Host,
        Claim = disk.Host == Host ? Claim : flavor.Claim,
        Other = Host is null || disk.Host == Host ? null : new HostClaim(Host, Claim),
    };

    /// <summary>
    /// The server once nothing runs on it: a former disk is kept while resized, and in ERROR, where nobody knows which
    /// is good.
    /// </summary>
    public Server AtRest() => Former is not null && VmState is VmStates.Resized or VmStates.Error ? this : InOnePlace();
}

/// <summary>One of a server's disks: the host that it lies on, and its number, counted from 1.</summary>
internal sealed record ServerDisk(string Host, int Generation);

/// <summary>What a server was before it took another flavor or host: what a revert goes back to.</summary>
internal sealed record FormerServer(ServerFlavor Flavor, ServerDisk Disk);

/// <summary>What a server takes up on a host.</summary>
internal sealed record HostClaim(string Host, Claim Claim);

/// <summary>A flavor as it was when the server took it; later changes to the flavor do not reach the server.</summary>
internal sealed record ServerFlavor(
    string Id,
    string Name,
    int Vcpus,
    [property: JsonPropertyName("memory_mib")] int MemoryMiB,
    [property: JsonPropertyName("disk_gib")] int DiskGiB)
{
    /// <summary>Rows of before there were any have none.</summary>
    public IReadOnlyDictionary<string, string> ExtraSpecs
    {
        get => field ?? FrozenDictionary<string, string>.Empty;
        init;
    }

    [JsonIgnore]
    public long DiskBytes => DiskGiB * 1024L * 1024 * 1024;

    [JsonIgnore]
    public Claim Claim => new(Vcpus, MemoryMiB, DiskGiB);
}

/// <summary>What a server was given by those who asked for it, to be kept, shown and told to its guest.</summary>
internal sealed record ServerLabels
{
    public IReadOnlyList<string> Tags { get; init; } = [];

    public string AccessIpv4 { get; init; } = "";

    public string AccessIpv6 { get; init; } = "";

    public string DiskConfig { get; init; } = "MANUAL";

    /// <summary>Null for one made of the server's name.</summary>
    public string? Hostname { get; init; }

    /// <summary>The availability zone it is to stay in; null for any.</summary>
    public string? PinnedZone { get; init; }

    /// <summary>The key pair as it was when the server took it; null for none.</summary>
    public ServerKey? Key { get; init; }

    /// <summary>For the guest, in base 64; null for none.</summary>
    public string? UserData { get; init; }

    /// <summary>Whether it is to have a config drive.</summary>
    public bool ConfigDrive { get; init; }

    /// <summary>Names the request that made it, together with others if there were several.</summary>
    public string ReservationId { get; init; } = "";

    /// <summary>Its number among those, from 0.</summary>
    public int LaunchIndex { get; init; }
}

/// <summary>
/// A public key by which the guest lets somebody in; what becomes of the key pair later does not reach the server.
/// </summary>
internal sealed record ServerKey(string Name, string Type, string PublicKey);

/// <summary>Why a server is in ERROR: a sentence for its owner, and all that is known for administrators.</summary>
internal sealed record ServerFault(string Message, string? Details, DateTime Created);
