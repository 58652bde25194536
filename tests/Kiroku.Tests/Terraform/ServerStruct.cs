using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kiroku.Tests.Terraform;

/// <summary>
/// The struct into which gophercloud reads a server (compute/v2/servers/results.go). A value of another type fails
/// the whole resource.
/// </summary>
internal sealed record ServerStruct
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("created")]
    public required DateTimeOffset Created { get; init; }

    [JsonPropertyName("updated")]
    public required DateTimeOffset Updated { get; init; }

    [JsonPropertyName("accessIPv4")]
    public string? AccessIpv4 { get; init; }

    [JsonPropertyName("accessIPv6")]
    public string? AccessIpv6 { get; init; }

    [JsonPropertyName("image")]
    public required Dictionary<string, JsonNode> Image { get; init; }

    [JsonPropertyName("flavor")]
    public required Dictionary<string, JsonNode> Flavor { get; init; }

    [JsonPropertyName("addresses")]
    public required Dictionary<string, JsonNode> Addresses { get; init; }

    [JsonPropertyName("metadata")]
    public required Dictionary<string, string> Metadata { get; init; }

    [JsonPropertyName("key_name")]
    public string? KeyName { get; init; }

    [JsonPropertyName("security_groups")]
    public Dictionary<string, string>[] SecurityGroups { get; init; } = [];

    [JsonPropertyName("os-extended-volumes:volumes_attached")]
    public Dictionary<string, JsonNode>[] AttachedVolumes { get; init; } = [];

    [JsonPropertyName("OS-EXT-SRV-ATTR:hypervisor_hostname")]
    public string? HypervisorHostname { get; init; }

    [JsonPropertyName("OS-EXT-STS:power_state")]
    public int PowerState { get; init; }

    [JsonPropertyName("OS-EXT-AZ:availability_zone")]
    public string? AvailabilityZone { get; init; }

    [JsonPropertyName("OS-SRV-USG:launched_at")]
    public DateTime? LaunchedAt { get; init; }

    [JsonPropertyName("config_drive")]
    public string ConfigDrive { get; init; } = "";
}
