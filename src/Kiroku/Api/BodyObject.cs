using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// One object of a request's body, read key by key with Nova's checks and messages
/// (nova/api/validation/validators.py: "Invalid input for field/attribute …").
/// </summary>
internal readonly struct BodyObject(JsonElement element, string path)
{
    public JsonElement Element { get; } = element;

    /// <summary>The object under a key of the body that must be there.</summary>
    public static BodyObject Required(JsonElement body, string key)
    {
        if (!body.TryGetProperty(key, out var value))
            throw Invalid(key, body, $"'{key}' is a required property");
        return new BodyObject(Expect(value, JsonValueKind.Object, key, "object"), key);
    }

    public bool Has(string key) => Element.TryGetProperty(key, out _);

    public JsonElement? Value(string key) => Element.TryGetProperty(key, out var value) ? value : null;

    /// <summary>Refuses keys that this object does not have; not asked under /v2, which takes them.</summary>
    public void RefuseUnknown(params ReadOnlySpan<string> known)
    {
        foreach (var property in Element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                throw Invalid(path, Element, $"Additional properties are not allowed ({PythonText.Quote(property.Name)} was unexpected)");
        }
    }

    /// <summary>A string of at least <paramref name="min"/> and at most <paramref name="max"/> characters that must be there.</summary>
    public string String(string key, int min = 1, int max = 255)
    {
        if (!Element.TryGetProperty(key, out _))
            throw Invalid(path, Element, $"'{key}' is a required property");
        return OptionalString(key, min, max) ?? throw Invalid($"{path}.{key}".TrimStart('.'), default, "None is not of type 'string'");
    }

    /// <summary>Such a string, or null where the key is missing or null.</summary>
    public string? OptionalString(string key, int min = 0, int max = 255)
    {
        if (!Element.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        Expect(value, JsonValueKind.String, key, "string");
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault.MalformedBody();
        }
        if (text.Length < min)
            throw Invalid(key, value, $"{PythonText.Repr(value)} is too short");
        if (new System.Globalization.StringInfo(text).LengthInTextElements > max && text.EnumerateRunes().Count() > max)
            throw Invalid(key, value, $"{PythonText.Repr(value)} is too long");
        return text;
    }

    /// <summary>
    /// A resource's name: 1 to 255 characters, printable, no space at either end
    /// (nova/api/validation/parameter_types.py, name; under /v2 spaces are taken off instead).
    /// </summary>
    public string Name(string key, bool relaxed)
    {
        var name = String(key);
        if (relaxed)
            name = name.Trim();
        var printable = name.Length > 0 && name == name.Trim() && !name.EnumerateRunes().Any(IsUnprintable);
        return printable ? name : throw Invalid(key, Element.GetProperty(key),
            $"{PythonText.Repr(Element.GetProperty(key))} does not match any printable name without leading or trailing whitespace");
    }

    /// <summary>Keys and values, each a string of at most 255 characters.</summary>
    public IReadOnlyDictionary<string, string> Metadata(string key)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!Element.TryGetProperty(key, out var value))
            return pairs;
        Expect(value, JsonValueKind.Object, key, "object");
        var metadata = new BodyObject(value, key);
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name.Length is 0 or > 255)
                throw Invalid(key, value, $"{PythonText.Quote(property.Name)} does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{{1,255}}$'");
            pairs[property.Name] = metadata.String(property.Name, min: 0);
        }
        return pairs;
    }

    public static Fault Invalid(string field, JsonElement value, string message)
        => Fault.BadRequest($"Invalid input for field/attribute {field}. Value: {PythonText.Str(value)}. {message}");

    private static JsonElement Expect(JsonElement value, JsonValueKind kind, string key, string type)
        => value.ValueKind == kind ? value : throw Invalid(key, value, $"{PythonText.Repr(value)} is not of type '{type}'");

    private static bool IsUnprintable(System.Text.Rune rune)
        => System.Text.Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control
            or System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator
            or System.Globalization.UnicodeCategory.ParagraphSeparator
            or System.Globalization.UnicodeCategory.PrivateUse
            or System.Globalization.UnicodeCategory.OtherNotAssigned;
}
