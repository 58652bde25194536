using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Scheduling;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>A server as its columns hold it.</summary>
internal sealed record ServerRow
{
    /// <summary>A server's row, with the zone of its host.</summary>
    public static readonly string Selected = $"servers.*, {NodeStore.ZoneOf("servers.host")} AS zone";

    private static readonly string[] Noted = [nameof(Name), nameof(Description), nameof(Metadata), nameof(Labels)];
    private static readonly string[] Lock = [nameof(LockedBy), nameof(LockedReason)];
    private static readonly string[] Fixed
        = [nameof(Id), nameof(ProjectId), nameof(UserId), nameof(ServerGroupId), nameof(CreatedAt), nameof(Zone)];

    /// <summary>Inserts a row. The zone is its host's.</summary>
    public static readonly string Insert = Columns<ServerRow>.Insert("servers", nameof(Zone));

    /// <summary>
    /// Columns of which indexes, or the sums of hosts and projects, are made: to assign one costs more than to compare
    /// it. What changes together stands together.
    /// </summary>
    private static readonly (string[] Names, Func<ServerRow, object?> Read)[] Indexed =
    [
        ([nameof(Deleted), nameof(VmState)], row => (row.Deleted, row.VmState)),
        ([nameof(RunningAction)], row => row.RunningAction),
        ([nameof(ImageId)], row => row.ImageId),
        ([nameof(Flavor), nameof(FormerFlavor), nameof(NextFlavor)],
            row => (row.Flavor, row.FormerFlavor, row.NextFlavor)),
        ([nameof(Host), nameof(ClaimedVcpus), nameof(ClaimedMemoryMib), nameof(ClaimedDiskGib)],
            row => (row.Host, row.ClaimedVcpus, row.ClaimedMemoryMib, row.ClaimedDiskGib)),
        ([nameof(DiskHost), nameof(FormerHost)], row => (row.DiskHost, row.FormerHost)),
        ([nameof(RescueImageId)], row => row.RescueImageId),
        ([nameof(Addresses)], row => row.Addresses),
        ([nameof(LaunchedAt), nameof(TerminatedAt)], row => (row.LaunchedAt, row.TerminatedAt)),
        ([nameof(OtherHost), nameof(OtherVcpus), nameof(OtherMemoryMib), nameof(OtherDiskGib)],
            row => (row.OtherHost, row.OtherVcpus, row.OtherMemoryMib, row.OtherDiskGib)),
    ];

    /// <summary>The assignments of an action, by which of <see cref="Indexed"/> stay the same.</summary>
    private static readonly ConcurrentDictionary<int, string> Assigned = [];

    private static readonly ConcurrentDictionary<int, (string, Action<ServerRow, DynamicParameters>)> AssignedBeside
        = [];

    /// <summary>Assigns the columns that also change outside actions.</summary>
    public static readonly string NoteAssignments = Columns<ServerRow>.Assignments(
        [.. Columns<ServerRow>.Properties.Except(Noted)]);

    public Guid Id { get; init; }
    public string Name { get; init; } = "";
    public string? Description { get; init; }
    public string ProjectId { get; init; } = "";
    public string UserId { get; init; } = "";
    public Guid? ServerGroupId { get; init; }
    public string ImageId { get; init; } = "";
    public string? ImageWishes { get; init; }
    public string Flavor { get; init; } = "";
    public string? FormerFlavor { get; init; }
    public string? NextFlavor { get; init; }
    public string Metadata { get; init; } = "{}";
    public string Labels { get; init; } = "{}";
    public string VmState { get; init; } = "";
    public string? TaskState { get; init; }
    public int PowerState { get; init; }
    public string? FormerVmState { get; init; }
    public int Progress { get; init; }
    public string? Host { get; init; }
    public string? Zone { get; init; }
    public int ClaimedVcpus { get; init; }
    public int ClaimedMemoryMib { get; init; }
    public int ClaimedDiskGib { get; init; }
    public int? Generation { get; init; }
    public string? OtherHost { get; init; }
    public int OtherVcpus { get; init; }
    public int OtherMemoryMib { get; init; }
    public int OtherDiskGib { get; init; }
    public string? DiskHost { get; init; }
    public string? FormerHost { get; init; }
    public int? FormerGeneration { get; init; }
    public int? ConfigGeneration { get; init; }
    public string Addresses { get; init; } = "[]";
    public string? FaultMessage { get; init; }
    public string? FaultDetails { get; init; }
    public DateTime? FaultCreated { get; init; }
    public string? RescueImageId { get; init; }
    public string? RescueWishes { get; init; }
    public string? LockedBy { get; init; }
    public string? LockedReason { get; init; }
    public string? RunningAction { get; init; }
    public long Epoch { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; init; }
    public DateTime? LaunchedAt { get; init; }
    public DateTime? TerminatedAt { get; init; }
    public bool Deleted { get; init; }

    /// <summary>Assigns the columns that an action changes.</summary>
    /// <param name="known">The row as it is in the store; null if that is not known.</param>
    public string StateAssignments(ServerRow? known)
    {
        var same = Same(known);
        return Assigned.GetOrAdd(same, static same => Columns<ServerRow>.Assignments(Left(same)));
    }

    /// <summary>
    /// The same in a statement that writes another row, too: the names of the parameters begin with "Server".
    /// </summary>
    public string StateAssignments(ServerRow known, DynamicParameters values)
    {
        var (sql, addValues) = AssignedBeside.GetOrAdd(
            Same(known), static same => Columns<ServerRow>.Assignments("Server", Left(same)));
        addValues(this, values);
        return sql;
    }

    /// <summary>Which of <see cref="Indexed"/> are the same, as bits.</summary>
    private int Same(ServerRow? known)
    {
        var same = 0;
        for (var i = 0; known is not null && i < Indexed.Length; i++)
            same |= Equals(Indexed[i].Read(this), Indexed[i].Read(known)) ? 1 << i : 0;
        return same;
    }

    /// <summary>The columns that an action leaves as they are.</summary>
    private static string[] Left(int same) =>
    [
        .. Noted, .. Lock, .. Fixed,
        .. Indexed.Where((_, i) => (same & (1 << i)) != 0).SelectMany(columns => columns.Names),
    ];

    /// <summary>The server's notes, which are no part of its states.</summary>
    public (string, string?, string, string) Notes => (Name, Description, Metadata, Labels);

    public static ServerRow Of(Server server) => new()
    {
        Id = server.Id,
        Name = server.Name,
        Description = server.Description,
        ProjectId = server.ProjectId,
        UserId = server.UserId,
        ServerGroupId = server.ServerGroupId,
        ImageId = server.ImageId,
        ImageWishes = Write(server.ImageWish),
        Flavor = WriteFlavor(server.Flavor),
        FormerFlavor = server.Former is { Flavor: var former } ? WriteFlavor(former) : null,
        NextFlavor = server.NextFlavor is { } next ? WriteFlavor(next) : null,
        Metadata = JsonSerializer.Serialize(server.Metadata, ServerJson.Default.IReadOnlyDictionaryStringString),
        Labels = JsonSerializer.Serialize(server.Labels, ServerJson.Default.ServerLabels),
        VmState = server.VmState,
        TaskState = server.TaskState,
        PowerState = (int)server.PowerState,
        FormerVmState = server.FormerVmState,
        Progress = server.Progress,
        Host = server.Host,
        ClaimedVcpus = server.Claim.Vcpus,
        ClaimedMemoryMib = server.Claim.MemoryMiB,
        ClaimedDiskGib = server.Claim.DiskGiB,
        Generation = server.Disk?.Generation,
        FormerGeneration = server.Former?.Disk.Generation,
        OtherHost = server.Other?.Host,
        OtherVcpus = server.Other?.Claim.Vcpus ?? 0,
        OtherMemoryMib = server.Other?.Claim.MemoryMiB ?? 0,
        OtherDiskGib = server.Other?.Claim.DiskGiB ?? 0,
        DiskHost = server.Disk?.Host,
        FormerHost = server.Former?.Disk.Host,
        ConfigGeneration = server.ConfigGeneration,
        Addresses = JsonSerializer.Serialize(server.Addresses, ServerJson.Default.IReadOnlyListMachineAddress),
        FaultMessage = server.Fault?.Message,
        FaultDetails = server.Fault?.Details,
        FaultCreated = server.Fault?.Created,
        RescueImageId = server.RescueImageId,
        RescueWishes = Write(server.RescueWish),
        LockedBy = server.LockedBy,
        LockedReason = server.LockedReason,
        RunningAction = server.RunningAction,
        Epoch = server.Epoch,
        CreatedAt = server.CreatedAt,
        UpdatedAt = server.UpdatedAt,
        LaunchedAt = server.LaunchedAt,
        TerminatedAt = server.TerminatedAt,
        Deleted = server.Deleted,
    };

    public Server ToServer() => new()
    {
        Id = Id,
        Name = Name,
        Description = Description,
        ProjectId = ProjectId,
        UserId = UserId,
        ServerGroupId = ServerGroupId,
        ImageId = ImageId,
        ImageWish = ReadWish(ImageWishes),
        Flavor = ReadFlavor(Flavor),
        Metadata = JsonSerializer.Deserialize(Metadata, ServerJson.Default.IReadOnlyDictionaryStringString)!,
        Labels = ReadLabels(Labels),
        VmState = VmState,
        TaskState = TaskState,
        PowerState = (MachineState)PowerState,
        FormerVmState = FormerVmState,
        Progress = Progress,
        Host = Host,
        Zone = Zone,
        Claim = new Claim(ClaimedVcpus, ClaimedMemoryMib, ClaimedDiskGib),
        Other = OtherHost is null
            ? null
            : new HostClaim(OtherHost, new Claim(OtherVcpus, OtherMemoryMib, OtherDiskGib)),
        Disk = DiskOf(DiskHost, Generation),
        Former = ToFormer(),
        NextFlavor = NextFlavor is null ? null : ReadFlavor(NextFlavor),
        ConfigGeneration = ConfigGeneration,
        Addresses = ReadAddresses(Addresses),
        Fault = FaultMessage is { } message ? new ServerFault(message, FaultDetails, FaultCreated ?? UpdatedAt) : null,
        RescueImageId = RescueImageId,
        RescueWish = ReadWish(RescueWishes),
        LockedBy = LockedBy,
        LockedReason = LockedReason,
        RunningAction = RunningAction,
        Epoch = Epoch,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        LaunchedAt = LaunchedAt,
        TerminatedAt = TerminatedAt,
        Deleted = Deleted,
    };

    /// <summary>A machine's addresses from the text of their column.</summary>
    public static IReadOnlyList<MachineAddress> ReadAddresses(string column)
        => JsonSerializer.Deserialize(column, ServerJson.Default.IReadOnlyListMachineAddress)!;

    /// <summary>A server's labels from the text of their column.</summary>
    public static ServerLabels ReadLabels(string column)
        => JsonSerializer.Deserialize(column, ServerJson.Default.ServerLabels)!;

    /// <summary>A flavor from the text of its column.</summary>
    public static ServerFlavor ReadFlavor(string column)
        => JsonSerializer.Deserialize(column, ServerJson.Default.ServerFlavor)!;

    private static string WriteFlavor(ServerFlavor flavor)
        => JsonSerializer.Serialize(flavor, ServerJson.Default.ServerFlavor);

    private static string? Write(ImageWish? wish)
        => wish is null ? null : JsonSerializer.Serialize(wish, ServerJson.Default.ImageWish);

    private static ImageWish? ReadWish(string? column)
        => column is null ? null : JsonSerializer.Deserialize(column, ServerJson.Default.ImageWish);

    private FormerServer? ToFormer()
        => FormerFlavor is not null && DiskOf(FormerHost, FormerGeneration) is { } disk
            ? new FormerServer(ReadFlavor(FormerFlavor), disk)
            : null;

    private static ServerDisk? DiskOf(string? host, int? generation)
        => (host, generation) is ({ } there, { } number) ? new ServerDisk(there, number) : null;
}

/// <summary>Writes and reads the columns that hold JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerFlavor))]
[JsonSerializable(typeof(ServerLabels))]
[JsonSerializable(typeof(ImageWish))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<MachineAddress>))]
internal sealed partial class ServerJson : JsonSerializerContext;
