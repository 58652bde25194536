using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiroku.Ui.Operators;

/// <summary>A host as <c>os-hypervisors/detail</c> shows it at 2.87, the last version with amounts.</summary>
public sealed record HostFacts
{
    public required string HypervisorHostname { get; init; }
    public required string State { get; init; }
    public required string Status { get; init; }
    public required string HypervisorType { get; init; }
    public string? HostIp { get; init; }
    public required HostServiceFacts Service { get; init; }
    public long Vcpus { get; init; }
    public long VcpusUsed { get; init; }

    /// <summary>MiB, as <see cref="MemoryMbUsed"/> is.</summary>
    public long MemoryMb { get; init; }
    public long MemoryMbUsed { get; init; }

    /// <summary>GiB, as <see cref="LocalGbUsed"/> is.</summary>
    public long LocalGb { get; init; }
    public long LocalGbUsed { get; init; }

    /// <summary>What the disk really has left, in GiB.</summary>
    public long? DiskAvailableLeast { get; init; }
    public int RunningVms { get; init; }
}

/// <summary>The name by which a host's service is found.</summary>
public sealed record HostServiceFacts(string Host);

public sealed record HostsFacts(IReadOnlyList<HostFacts> Hypervisors);

/// <summary>A service as <c>os-services</c> shows it. Its time is UTC.</summary>
public sealed record ServiceFacts
{
    public required string Binary { get; init; }
    public required string Host { get; init; }
    public required string Zone { get; init; }
    public required string State { get; init; }
    public required string Status { get; init; }
    public DateTime? UpdatedAt { get; init; }
    public string? DisabledReason { get; init; }
    public bool ForcedDown { get; init; }
}

public sealed record ServicesFacts(IReadOnlyList<ServiceFacts> Services);

/// <summary>A flavor; memory in MiB, disk in GiB.</summary>
public sealed record FlavorFacts
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public int Vcpus { get; init; }
    public long Ram { get; init; }
    public long Disk { get; init; }

    [JsonPropertyName("os-flavor-access:is_public")]
    public bool IsPublic { get; init; }
}

public sealed record FlavorsFacts(IReadOnlyList<FlavorFacts> Flavors);

/// <summary>An image; its size in bytes.</summary>
public sealed record ImageFacts
{
    public required string Id { get; init; }
    public string? Name { get; init; }
    public required string Status { get; init; }
    public required string Visibility { get; init; }
    public string? DiskFormat { get; init; }
    public long? Size { get; init; }
    public DateTime CreatedAt { get; init; }
}

public sealed record ImagesFacts(IReadOnlyList<ImageFacts> Images, string? Next);

/// <summary>A project's quotas: by name, what is used and the limit; the id is among them.</summary>
public sealed record QuotasFacts(IReadOnlyDictionary<string, JsonElement> QuotaSet)
{
    [JsonIgnore]
    public IEnumerable<(string Name, long Used, long Limit)> All
        => QuotaSet.Where(quota => quota.Value.ValueKind == JsonValueKind.Object).Select(quota => (
            quota.Key, quota.Value.GetProperty("in_use").GetInt64(), quota.Value.GetProperty("limit").GetInt64()));
}

public sealed record ProjectFacts(string Id, string Name);

public sealed record ProjectsFacts(IReadOnlyList<ProjectFacts> Projects);

/// <summary>What operators read besides hosts.</summary>
public sealed record CatalogFacts
{
    public required ImagesFacts Images { get; init; }
    public required IReadOnlyList<FlavorFacts> Flavors { get; init; }
    public required QuotasFacts Quotas { get; init; }

    /// <summary>The project whose quotas they are.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The projects to choose from; none where the identity service does not list them.</summary>
    public IReadOnlyList<ProjectFacts> Projects { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HostsFacts))]
[JsonSerializable(typeof(ServicesFacts))]
[JsonSerializable(typeof(FlavorsFacts))]
[JsonSerializable(typeof(ImagesFacts))]
[JsonSerializable(typeof(QuotasFacts))]
[JsonSerializable(typeof(ProjectsFacts))]
internal sealed partial class OperatorJson : JsonSerializerContext;
