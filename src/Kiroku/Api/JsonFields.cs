using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Reads fields of a JSON object that was validated before.</summary>
internal static class JsonFields
{
    /// <summary>The text under a key; null if the key is missing or its value is not a string.</summary>
    public static string? TextOf(this JsonElement parent, string key)
        => parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
