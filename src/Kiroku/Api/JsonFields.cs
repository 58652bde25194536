using System.Text.Json;

namespace Kiroku.Api;

/// <summary>What stands under a key of a JSON object whose form was checked before.</summary>
internal static class JsonFields
{
    /// <summary>The text under a key; null where there is none, or what stands there is no text.</summary>
    public static string? TextOf(this JsonElement parent, string key)
        => parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
