using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Hypervisors;

namespace Kiroku.Nodes;

/// <summary>A host's abilities as a node's row has them.</summary>
internal static class AbilitiesText
{
    public static string Write(HostAbilities abilities)
        => JsonSerializer.Serialize(abilities, AbilitiesJson.Default.HostAbilities);

    /// <summary>The abilities; null for the text of a later version that this one cannot read.</summary>
    public static HostAbilities? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AbilitiesJson.Default.HostAbilities);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(HostAbilities))]
internal sealed partial class AbilitiesJson : JsonSerializerContext;
