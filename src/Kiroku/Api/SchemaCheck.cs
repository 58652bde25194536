using System.Globalization;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// Validates a value against a <see cref="Schema"/>. Errors have the order and the messages of Python's jsonschema;
/// Nova shows the first (nova/api/validation/validators.py).
/// </summary>
/// <param name="relaxed">Ignores unknown keys, as under /v2.</param>
internal sealed class SchemaCheck(bool relaxed)
{
    public IEnumerable<SchemaError> Errors(Schema schema, JsonElement value, string? key = null)
        => Found(schema, value).Select(error => error.Key is null ? error with { Key = key } : error);

    private IEnumerable<SchemaError> Found(Schema schema, JsonElement value)
    {
        if (schema.Types.Length > 0 && !schema.Types.Any(type => Is(value, type, schema)))
            yield return Error(value, $"is not of type {string.Join(", ", schema.Types.Select(PythonText.Quote))}");
        foreach (var error in value.ValueKind switch
        {
            JsonValueKind.Object => InObject(schema, value),
            JsonValueKind.Array => InArray(schema, value),
            _ => [],
        })
            yield return error;
        if (schema.Enum is { } allowed && !allowed.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
            yield return Error(value, $"is not one of {PythonText.Repr(allowed)}");
        foreach (var error in InScalar(schema, value))
            yield return error;
        foreach (var error in schema.AllOf.SelectMany(part => Found(part, value)))
            yield return error;
        if (schema.OneOf is { } choices && choices.Count(choice => !Found(choice, value).Any()) != 1)
            yield return Error(value, "is not valid under any of the given schemas");
    }

    private IEnumerable<SchemaError> InObject(Schema schema, JsonElement value)
    {
        if (schema.Properties is { } properties)
        {
            foreach (var (name, property) in properties)
            {
                if (value.TryGetProperty(name, out var inner))
                    foreach (var error in Errors(property, inner, name))
                        yield return error;
            }
            foreach (var name in schema.Required.Where(name => !value.TryGetProperty(name, out _)))
                yield return new SchemaError(value, $"{PythonText.Quote(name)} is a required property");
            var unknown = Names(value).Where(name => !properties.ContainsKey(name)).ToList();
            if (unknown.Count > 0 && !schema.Open && !relaxed)
                yield return new SchemaError(value, SchemaError.UnknownKeys(unknown));
        }
        if (Names(value).Count() < schema.MinProperties)
            yield return Error(value, "does not have enough properties");
        if (Names(value).Count() > schema.MaxProperties)
            yield return Error(value, "has too many properties");
        if (schema.Pairs is not var (pattern, pair))
            yield break;
        foreach (var name in Names(value).Where(name => Schema.Matches(name, pattern)))
            foreach (var error in Errors(pair, value.GetProperty(name), name))
                yield return error;
        var unmatched = Names(value).Where(name => !Schema.Matches(name, pattern)).Select(PythonText.Quote).ToList();
        if (unmatched.Count > 0)
        {
            yield return new SchemaError(
                value, $"{string.Join(", ", unmatched)} {(unmatched.Count == 1 ? "does" : "do")} not match any of the "
                + $"regexes: {PythonText.Quote(pattern)}");
        }
    }

    private IEnumerable<SchemaError> InArray(Schema schema, JsonElement value)
    {
        if (schema.FirstItem is { } first && value.GetArrayLength() > 0)
        {
            foreach (var error in Errors(first, value[0], "0"))
                yield return error;
        }
        if (schema.HasUniqueItems && HasRepeated(value))
            yield return Error(value, "has non-unique elements");
        if (value.GetArrayLength() < schema.MinItems)
            yield return Error(value, "is too short");
        if (value.GetArrayLength() > schema.MaxItems)
            yield return Error(value, "is too long");
        if (schema.Items is not { } items)
            yield break;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            foreach (var error in Errors(items, item, index.ToString(CultureInfo.InvariantCulture)))
                yield return error;
            index++;
        }
    }

    private static bool HasRepeated(JsonElement array)
        => array.EnumerateArray().Select(PythonText.Repr).Distinct(StringComparer.Ordinal).Count()
            < array.GetArrayLength();

    private static IEnumerable<SchemaError> InScalar(Schema schema, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (text is not null && schema.Pattern is { } pattern && !Schema.Matches(text, pattern))
            yield return Error(value, $"does not match {PythonText.Quote(pattern)}");
        if (text is not null && schema.Format is { } format && !format.Holds(text))
            yield return Error(value, $"is not a {PythonText.Quote(format.Name)}") with { Instead = format.Refusal };
        if (schema.Minimum is { } minimum && NumberOf(value) is { } number && number < minimum)
            yield return new SchemaError(
                value, string.Create(CultureInfo.InvariantCulture, $"{number} is less than the minimum of {minimum}"));
        if (schema.Maximum is { } maximum && NumberOf(value) is { } large && large > maximum)
            yield return new SchemaError(value,
                string.Create(CultureInfo.InvariantCulture, $"{large} is greater than the maximum of {maximum}"));
        if (schema.ExclusiveMinimum is { } bound && text is null && NumberOf(value) <= bound)
            yield return Error(
                value, string.Create(CultureInfo.InvariantCulture, $"is less than or equal to the minimum of {bound}"));
        if (text is null)
            yield break;
        var length = text.EnumerateRunes().Count();
        if (length < schema.MinLength)
            yield return Error(value, "is too short");
        if (length > schema.MaxLength)
            yield return Error(value, "is too long");
    }

    private static SchemaError Error(JsonElement value, string predicate)
        => new(value, $"{PythonText.Repr(value)} {predicate}");

    private static IEnumerable<string> Names(JsonElement value)
        => value.EnumerateObject().Select(property => property.Name).Distinct(StringComparer.Ordinal);

    private static bool Is(JsonElement value, string type, Schema schema) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "null" => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined,
        "integer" => WholeNumber.IsWritten(value)
            || (schema.TakesWholeFloats && value.ValueKind == JsonValueKind.Number
                && double.IsInteger(value.GetDouble())),
        _ => throw new ArgumentException($"{type} is no type.", nameof(type)),
    };

    /// <summary>Nova also compares numbers that are written as strings.</summary>
    private static double? NumberOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when double.TryParse(
            value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}

/// <summary>One validation error: the key if there is one, the value, and the reason.</summary>
internal sealed record SchemaError(JsonElement Value, string Message)
{
    public string? Key { get; init; }

    /// <summary>Replaces the whole message if a format has its own.</summary>
    public string? Instead { get; init; }

    public string Describe()
        => Instead
            ?? (Key is null
                ? Message : $"Invalid input for field/attribute {Key}. Value: {PythonText.Str(Value)}. {Message}");

    public static string UnknownKeys(IReadOnlyList<string> keys)
        => $"Additional properties are not allowed ({string.Join(", ", keys.Select(PythonText.Quote))} "
            + $"{(keys.Count == 1 ? "was" : "were")} unexpected)";
}

/// <summary>Requires bodies to match their schemas.</summary>
internal static class SchemaRequirement
{
    /// <summary>Validates a request's body.</summary>
    /// <param name="schema">The schema of the body.</param>
    /// <param name="body">The body; undefined if there was none.</param>
    /// <param name="relaxed">Ignores unknown keys, as under /v2.</param>
    /// <exception cref="Fault">400 for the first error.</exception>
    public static void Require(this Schema schema, JsonElement body, bool relaxed)
    {
        if (new SchemaCheck(relaxed).Errors(schema, body).FirstOrDefault() is { } error)
            throw Fault.BadRequest(error.Describe());
    }
}
