using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Serialization;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Networks;
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

    /// <summary>What its image asked of machines when the server took it; null for nothing.</summary>
    public ImageWish? ImageWish { get; init; }

    public required ServerFlavor Flavor { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public ServerLabels Labels { get; init; } = new();

    /// <summary>The server group that it is in, from its creation on; null for none.</summary>
    public Guid? ServerGroupId { get; init; }

    public required string VmState { get; init; }

    public string? TaskState { get; init; }

    public MachineState PowerState { get; init; }

    /// <summary>While resized: the vm_state that a confirm or revert goes back to.</summary>
    public string? FormerVmState { get; init; }

    /// <summary>How much the running action has copied, in percent.</summary>
    public int Progress { get; init; }

    /// <summary>The host that it is on; null if it is on none.</summary>
    public string? Host { get; init; }

    /// <summary>The availability zone of its host; null if it is on none.</summary>
    public string? Zone { get; init; }

    /// <summary>The room that it claims on its host.</summary>
    public Claim Claim { get; init; } = Claim.None;

    /// <summary>
    /// The room that it claims on a second host: during a move, on the destination; while resized, on the host that it
    /// came from, if that is another one.
    /// </summary>
    public HostClaim? Other { get; init; }

    /// <summary>
    /// The disk that it runs on, beside which its config drive lies. It stays while the server is on no host; null
    /// until it is made.
    /// </summary>
    public ServerDisk? Disk { get; init; }

    /// <summary>
    /// Its former flavor and disk, while it is resized and after a move or revert that failed half way.
    /// </summary>
    public FormerServer? Former { get; init; }

    /// <summary>
    /// The flavor that the running resize is to give it, which its project's quota counts already; null for none.
    /// </summary>
    public ServerFlavor? NextFlavor { get; init; }

    /// <summary>
    /// While rescued: the image that the machine runs from, with the server's own disk as its second.
    /// </summary>
    public string? RescueImageId { get; init; }

    /// <summary>What the image of its last rescue asked of machines; null for nothing.</summary>
    public ImageWish? RescueWish { get; init; }

    /// <summary>The generation of its config drive, counted from 1; null if it has none.</summary>
    public int? ConfigGeneration { get; init; }

    /// <summary>The addresses of its machine, as far as they are known.</summary>
    public IReadOnlyList<MachineAddress> Addresses { get; init; } = [];

    public ServerFault? Fault { get; init; }

    /// <summary>Who has locked it, "owner" or "admin"; null while it is not locked.</summary>
    public string? LockedBy { get; init; }

    public string? LockedReason { get; init; }

    /// <summary>Request id of the action that runs; null when none does.</summary>
    public string? RunningAction { get; init; }

    /// <summary>Counts the runs of actions, so that an older run can be told from a newer one.</summary>
    public long Epoch { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    public DateTime? LaunchedAt { get; init; }

    public DateTime? TerminatedAt { get; init; }

    public bool Deleted { get; init; }

    /// <summary>
    /// The first of the images that its disk goes back to: where its image is a snapshot, the one that was snapshotted.
    /// </summary>
    public string FirstImageId => Labels.FirstImage is { } first && first.Of == ImageId ? first.Id : ImageId;

    /// <summary>The ids of its security groups.</summary>
    public IReadOnlyList<Guid> GroupIds => Labels.Groups ?? [SecurityGroup.IdOf(ProjectId)];

    /// <summary>The right to act as the action that runs or, if none does, while none does.</summary>
    public Fence Fence => new(Id, RunningAction, Epoch);

    /// <summary>
    /// The zone of its host or, until it has had a host, the zone that was asked for (nova/availability_zones.py).
    /// </summary>
    public string? AvailabilityZone => Zone ?? (Host is null && LaunchedAt is null ? Labels.PinnedZone : null);

    /// <summary>Every host that may hold its machine, a disk of it or a claim.</summary>
    public IEnumerable<string> Hosts
        => new[] { Host, Other?.Host, Disk?.Host, Former?.Disk.Host }.OfType<string>().Distinct();

    /// <summary>
    /// The server with only its present host and disk. Its row no longer names any other disk, so the sweeper deletes
    /// that. A server whose disk lies elsewhere has not arrived at its host, and is then on none.
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
    /// The server with that flavor on the copy of its disk, and on its second host if it claims room there.
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
    /// The server on its former disk again, on the host where that lies. The host that it leaves becomes its second
    /// host.
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
    /// The server when no action runs on it. It keeps its former disk while resized, and in ERROR, where nobody knows
    /// which disk is good.
    /// </summary>
    public Server AtRest()
    {
        var settled = Former is not null && VmState is VmStates.Resized or VmStates.Error ? this : InOnePlace();
        return settled with { NextFlavor = null };
    }
}

/// <summary>One of a server's disks: the host that it lies on, and its number, counted from 1.</summary>
internal sealed record ServerDisk(string Host, int Generation);

/// <summary>The flavor and disk of a server before a resize or a migration, to which a revert goes back.</summary>
internal sealed record FormerServer(ServerFlavor Flavor, ServerDisk Disk);

/// <summary>The room that a server claims on a host.</summary>
internal sealed record HostClaim(string Host, Claim Claim);

/// <summary>A flavor as it was when the server took it; later changes to the flavor do not reach the server.</summary>
internal sealed record ServerFlavor(
    string Id,
    string Name,
    int Vcpus,
    [property: JsonPropertyName("memory_mib")] int MemoryMiB,
    [property: JsonPropertyName("disk_gib")] int DiskGiB)
{
    /// <summary>Empty in rows that were written before flavors had extra specs.</summary>
    public IReadOnlyDictionary<string, string> ExtraSpecs
    {
        get => field ?? FrozenDictionary<string, string>.Empty;
        init;
    }

    [JsonIgnore]
    public long DiskBytes => DiskGiB * 1024L * 1024 * 1024;

    /// <summary>What a server takes up on its host: the sizes, if no extra spec says otherwise.</summary>
    [JsonIgnore]
    public Claim Claim => new(
        Resource("VCPU") ?? Vcpus, Resource("MEMORY_MB") ?? MemoryMiB, Resource("DISK_GB") ?? DiskGiB);

    private int? Resource(string name)
        => ExtraSpecs.TryGetValue($"resources:{name}", out var text) && int.TryParse(
            text, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) ? amount : null;
}

/// <summary>
/// The facts that requests have given a server, to be kept, shown and told to its guest. A row that was written before
/// there was one of them has its default.
/// </summary>
internal sealed record ServerLabels
{
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    public string AccessIpv4 { get => field ?? ""; init; }

    public string AccessIpv6 { get => field ?? ""; init; }

    public string DiskConfig { get => field ?? "MANUAL"; init; }

    /// <summary>Null if it is made from the server's name.</summary>
    public string? Hostname { get; init; }

    /// <summary>The availability zone that the server is to stay in; null for any.</summary>
    public string? PinnedZone { get; init; }

    /// <summary>The key pair as it was when the server took it; null for none.</summary>
    public ServerKey? Key { get; init; }

    /// <summary>For the guest, in base 64; null for none.</summary>
    public string? UserData { get; init; }

    /// <summary>Whether it is to have a config drive.</summary>
    public bool ConfigDrive { get; init; }

    /// <summary>Whether it has no network card.</summary>
    public bool NoCard { get; init; }

    /// <summary>The network that it must stay in; null for that of its host, whichever.</summary>
    public Guid? NetworkId { get; init; }

    /// <summary>The servers that it is to be with, or apart from; null for none.</summary>
    public PlacementHints? Hints { get; init; }

    /// <summary>The only address that its card may have in that network; null for any.</summary>
    public string? FixedIp { get; init; }

    /// <summary>The security groups that its card was put into; null for its project's group default.</summary>
    public IReadOnlyList<Guid>? Groups { get; init; }

    /// <summary>The name by which its guest finds the card on its config drive; null for none.</summary>
    public string? CardTag { get; init; }

    /// <summary>Names the request that made the server, alone or together with others.</summary>
    public string ReservationId { get => field ?? ""; init; }

    /// <summary>The image that its image was made from; null if that is a first one.</summary>
    public FirstImage? FirstImage { get; init; }

    /// <summary>The server's number among those that the request made, from 0.</summary>
    public int LaunchIndex { get; init; }
}

/// <summary>The first image behind another one, which no longer counts once the server has a third.</summary>
internal sealed record FirstImage(string Of, string Id);

/// <summary>
/// A public key that the guest accepts at login. Later changes to the key pair do not reach the server.
/// </summary>
internal sealed record ServerKey(string Name, string Type, string PublicKey);

/// <summary>Why a server is in ERROR: a sentence for its owner, and all that is known for administrators.</summary>
internal sealed record ServerFault(string Message, string? Details, DateTime Created);
