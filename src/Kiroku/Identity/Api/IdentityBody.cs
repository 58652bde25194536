using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Api;

/// <summary>
/// Reads bodies of identity requests. They are validated against Keystone's schemas (keystone/*/schema.py) and
/// refused in its words.
/// </summary>
internal static class IdentityBody
{
    public static readonly Schema Name = Parameters.Text with { MinLength = 1, MaxLength = 255, Pattern = @"[\S]+" };
    public static readonly Schema Text = new() { Types = ["string", "null"] };
    public static readonly Schema Boolean = new() { Types = ["boolean"] };
    public static readonly Schema Id = Parameters.Text with
    {
        MinLength = 1,
        MaxLength = 64,
        Pattern = "^[a-zA-Z0-9-]+$",
    };
    public static readonly Schema IdOrNull = Id with { Types = ["string", "null"] };

    /// <summary>The only option of a project or role.</summary>
    public static readonly Schema Options = Schema.Object(("immutable", new Schema { Types = ["boolean", "null"] }));

    /// <summary>Reads the whole body, which must be an object.</summary>
    public static async Task<JsonElement> ReadAsync(HttpRequest request)
    {
        try
        {
            var body = await RequestBody.ReadAsync(request);
            if (body.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined)
                return body;
        }
        catch (Fault fault) when (fault.Status == StatusCodes.Status400BadRequest)
        {
            // Keystone's own message follows.
        }
        throw Refusal.Malformed("Expecting to find valid JSON in request body.");
    }

    /// <summary>Reads the object under the body's only key; an empty one if the key is missing.</summary>
    public static async Task<JsonElement> ReadAsync(HttpRequest request, string key, Schema schema)
    {
        var body = await ReadAsync(request);
        var inner = body.ValueKind == JsonValueKind.Object && body.TryGetProperty(key, out var value) ? value : default;
        if (inner.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            inner = JsonElement.Parse("{}");
        Require(schema, inner);
        return inner;
    }

    /// <summary>Reads the object of an update, which must change something.</summary>
    public static async Task<JsonElement> ReadChangeAsync(HttpRequest request, string key, Schema schema)
    {
        var change = await ReadAsync(request, key, schema with { Required = [] });
        return change.EnumerateObject().Any() ? change : throw Fault.BadRequest("{} does not have enough properties");
    }

    public static void Require(Schema schema, JsonElement value)
    {
        if (new SchemaCheck(relaxed: false).Errors(schema, value).FirstOrDefault() is { } error)
            throw Fault.BadRequest(
                error.Key is null ? error.Message : $"Invalid input for field '{error.Key}': {error.Message}");
    }

    public static string? TextOf(JsonElement body, string key, string? otherwise)
        => body.TryGetProperty(key, out var value) ? value.GetString() : otherwise;

    public static bool TruthOf(JsonElement body, string key, bool otherwise)
        => body.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : otherwise;

    public static bool ImmutableOf(JsonElement body, bool otherwise)
        => body.TryGetProperty("options", out var options) ? TruthOf(options, "immutable", false) : otherwise;

    /// <summary>The body's unknown keys, merged over those stored before.</summary>
    public static string ExtraOf(JsonElement body, string before, IReadOnlyCollection<string> known)
    {
        var extra = JsonNode.Parse(before)!.AsObject();
        foreach (var property in body.EnumerateObject().Where(property => !known.Contains(property.Name)))
            extra[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        return extra.ToJsonString();
    }
}
