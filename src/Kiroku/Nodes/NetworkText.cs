using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Hypervisors;

namespace Kiroku.Nodes;

/// <summary>A host's network as a node's row has it.</summary>
internal static class NetworkText
{
    public static string Write(HostNetwork network)
        => JsonSerializer.Serialize(network, NetworkJson.Default.HostNetwork);

    public static HostNetwork Read(string text)
        => JsonSerializer.Deserialize(text, NetworkJson.Default.HostNetwork)!;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(HostNetwork))]
internal sealed partial class NetworkJson : JsonSerializerContext;
