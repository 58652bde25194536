using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kiroku.Api;

/// <summary>
/// The form of a JSON value. It supports the parts of JSON Schema that Nova's schemas use, so that they can be
/// written here as Nova writes them (nova/api/openstack/compute/schemas). SchemaCheck validates values against it.
/// </summary>
internal sealed record Schema
{
    /// <summary>Allowed types by name; empty allows any.</summary>
    public string[] Types { get; init; } = [];

    /// <summary>Whether 1.0 is an integer too, as in JSON Schema from draft 6 on. Glance validates by that
    /// draft.</summary>
    public bool TakesWholeFloats { get; init; }

    /// <summary>The known keys of an object, each with the schema of its value; null if the keys do not
    /// matter.</summary>
    public IReadOnlyDictionary<string, Schema>? Properties { get; init; }

    public string[] Required { get; init; } = [];

    /// <summary>Whether an object may have other keys than its properties.</summary>
    public bool Open { get; init; }

    /// <summary>For objects with free keys: a pattern for the keys and a schema for their values.</summary>
    public (string Pattern, Schema Value)? Pairs { get; init; }

    public Schema? Items { get; init; }

    /// <summary>The schema of an array's first item, where only that one has one.</summary>
    public Schema? FirstItem { get; init; }

    public bool HasUniqueItems { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    /// <summary>An array of the values that are allowed.</summary>
    public JsonElement? Enum { get; init; }

    public string? Pattern { get; init; }

    public SchemaFormat? Format { get; init; }

    public long? Minimum { get; init; }

    /// <summary>The bound that a number must exceed. Numbers in strings are not checked against it.</summary>
    public long? ExclusiveMinimum { get; init; }

    public double? Maximum { get; init; }

    public int? MinProperties { get; init; }

    public int? MaxProperties { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public Schema[]? OneOf { get; init; }

    public Schema[] AllOf { get; init; } = [];

    public static Schema Any { get; } = new();

    public static Schema Object(params (string Key, Schema Value)[] properties)
        => new()
        {
            Types = ["object"],
            Properties = new OrderedDictionary<string, Schema>(
                properties.Select(p => KeyValuePair.Create(p.Key, p.Value))),
        };

    public static Schema OneWordOf(params string[] words)
        => new()
        {
            Types = ["string"],
            Enum = JsonSerializer.SerializeToElement(words, SchemaJson.Default.StringArray),
        };

    public static Schema ArrayOf(Schema items) => new() { Types = ["array"], Items = items };

    /// <summary>A body with a single key, as every action's has.</summary>
    public static Schema Body(string key, Schema value) => Object((key, value)) with { Required = [key] };

    /// <summary>A copy in which a property was added or replaced.</summary>
    public Schema With(string key, Schema value)
        => this with { Properties = new OrderedDictionary<string, Schema>(Properties!) { [key] = value } };

    public Schema Without(string key)
        => this with
        {
            Properties = new OrderedDictionary<string, Schema>(Properties!.Where(property => property.Key != key)),
        };

    /// <summary>
    /// Whether a pattern matches. Its end is the text's, as JSON Schema has it: .NET and Python let a line feed follow,
    /// which is then in a header or a file of the guest.
    /// </summary>
    public static bool Matches(string text, string pattern)
        => Regex.IsMatch(text, pattern is [.., not '\\', '$'] ? $@"{pattern[..^1]}\z" : pattern,
            RegexOptions.CultureInvariant | (LooksAround(pattern) ? RegexOptions.None : RegexOptions.NonBacktracking));

    /// <summary>Whether a pattern uses lookaround, which the non-backtracking engine does not support. Patterns are
    /// Nova's, never a caller's.</summary>
    private static bool LooksAround(string pattern) => pattern.Contains("(?", StringComparison.Ordinal);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class SchemaJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>A named format. Some formats have their own message for values that do not match.</summary>
internal sealed record SchemaFormat(string Name, Predicate<string> Holds, string? Refusal = null);
