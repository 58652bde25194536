using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Hypervisors;

namespace Kiroku.Nodes;

/// <summary>
/// A host's abilities as a node's row has them, with the version of the node that said so: where an older version takes
/// a node's place again, it leaves the text as it is, but gives no machine what is asked for.
/// </summary>
internal static class AbilitiesText
{
    public static string Write(HostAbilities abilities, string version)
        => JsonSerializer.Serialize(new SaidAbilities(version, abilities), AbilitiesJson.Default.SaidAbilities);

    /// <summary>
    /// The abilities; null for what a later version said than the node's, and for text that this one cannot read.
    /// </summary>
    public static HostAbilities? Read(string text, string version)
    {
        try
        {
            var said = JsonSerializer.Deserialize(text, AbilitiesJson.Default.SaidAbilities);
            return Version.TryParse(said?.Version, out var by) && Version.TryParse(version, out var now) && now >= by
                ? said.Abilities : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Abilities, and the version of the node that has found them out.</summary>
internal sealed record SaidAbilities(string Version, HostAbilities Abilities);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(SaidAbilities))]
internal sealed partial class AbilitiesJson : JsonSerializerContext;
