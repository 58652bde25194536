using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Hypervisors;

namespace Kiroku.Nodes;

/// <summary>A host's network as a node's row has it.</summary>
internal static class NetworkText
{
    public static string Write(HostNetwork network)
        => JsonSerializer.Serialize(network, NetworkJson.Default.HostNetwork);

    /// <summary>The network; null for the text of a later version that this one cannot read.</summary>
    public static HostNetwork? Read(string text)
    {
        try
        {
            var network = JsonSerializer.Deserialize(text, NetworkJson.Default.HostNetwork);
            return network?.Subnets.All(subnet => IPNetwork.TryParse(subnet.Cidr, out _)) == true ? network : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(HostNetwork))]
internal sealed partial class NetworkJson : JsonSerializerContext;
