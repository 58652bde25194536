using System.Text.Json.Serialization;

namespace Kiroku.Ui.Servers;

/// <summary>A flavor: MiB of memory and GiB of disk.</summary>
public sealed record FlavorDetail(string Id, string Name, int Vcpus, int Ram, int Disk);

public sealed record FlavorsDetail(IReadOnlyList<FlavorDetail> Flavors);

/// <summary>An image, with the memory (MiB) and the disk (GiB) that it needs at least.</summary>
public sealed record ImageDetail(string Id, string? Name, int MinRam, int MinDisk)
{
    [JsonIgnore]
    public string Shown => string.IsNullOrWhiteSpace(Name) ? Id : Name;
}

public sealed record ImagesDetail(IReadOnlyList<ImageDetail> Images);

public sealed record KeyDetail(string Name);

public sealed record ListedKey(KeyDetail Keypair);

public sealed record KeysDetail(IReadOnlyList<ListedKey> Keypairs);

public sealed record ZoneStateDetail(bool Available);

public sealed record ZoneDetail(
    [property: JsonPropertyName("zoneName")] string ZoneName,
    [property: JsonPropertyName("zoneState")] ZoneStateDetail ZoneState);

public sealed record ZonesDetail(
    [property: JsonPropertyName("availabilityZoneInfo")] IReadOnlyList<ZoneDetail> AvailabilityZoneInfo);

public sealed record NetworkDetail(string Id, string Name);

public sealed record NetworksDetail(IReadOnlyList<NetworkDetail> Networks);

public sealed record LimitsDetail(LimitsOfProject Limits);

public sealed record LimitsOfProject(AbsoluteLimits Absolute);

/// <summary>What a project may have and has; a limit below 0 is none. Memory in MiB.</summary>
public sealed record AbsoluteLimits
{
    [JsonPropertyName("maxTotalInstances")]
    public int MaxInstances { get; init; }

    [JsonPropertyName("totalInstancesUsed")]
    public int Instances { get; init; }

    [JsonPropertyName("maxTotalCores")]
    public int MaxCores { get; init; }

    [JsonPropertyName("totalCoresUsed")]
    public int Cores { get; init; }

    [JsonPropertyName("maxTotalRAMSize")]
    public int MaxRam { get; init; }

    [JsonPropertyName("totalRAMUsed")]
    public int Ram { get; init; }
}
