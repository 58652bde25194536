using System.Text.Json;

namespace Kiroku.Api;

/// <summary>A request body that no <see cref="Schema"/> describes, read key by key. Glance's bodies are
/// such.</summary>
internal readonly struct BodyObject(JsonElement element)
{
    public JsonElement Element { get; } = element;

    public JsonElement? Value(string key) => Element.TryGetProperty(key, out var value) ? value : null;

    /// <summary>A string of at most 255 characters, or null where the key is missing or null.</summary>
    public string? OptionalString(string key)
        => Value(key) is { ValueKind: not JsonValueKind.Null } ? String(key, max: 255) : null;

    /// <summary>The string under a required key.</summary>
    public string String(string key, int max)
    {
        var value = Element.GetProperty(key);
        if (new SchemaCheck(relaxed: false).Errors(Parameters.Text with { MaxLength = max }, value, key)
            .FirstOrDefault() is { } error)
            throw Fault.BadRequest(error.Describe());
        return value.GetString()!;
    }

    public static Fault Invalid(string field, JsonElement value, string message)
        => Fault.BadRequest(new SchemaError(value, message) { Key = field }.Describe());
}
