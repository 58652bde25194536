using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kiroku.Api;

/// <summary>
/// What a JSON value may be: as much of JSON Schema as Nova's schemas use, so that they can be written here as Nova
/// writes them (nova/api/openstack/compute/schemas). SchemaCheck checks values by them.
/// </summary>
internal sealed record Schema
{
    /// <summary>Names of types; empty allows any.</summary>
    public string[] Types { get; init; } = [];

    /// <summary>Whether 1.0 is an integer, too, as from draft 6 of JSON Schema on, by which Glance checks.</summary>
    public bool TakesWholeFloats { get; init; }

    /// <summary>Keys of an object; null if they do not matter.</summary>
    public IReadOnlyDictionary<string, Schema>? Properties { get; init; }

    public string[] Required { get; init; } = [];

    /// <summary>Whether an object may have keys that are not among its properties.</summary>
    public bool Open { get; init; }

    /// <summary>The keys of an object whose keys are free, as a pattern, with what stands under each.</summary>
    public (string Pattern, Schema Value)? Pairs { get; init; }

    public Schema? Items { get; init; }

    public int? MaxItems { get; init; }

    /// <summary>An array of the values that are allowed.</summary>
    public JsonElement? Enum { get; init; }

    public string? Pattern { get; init; }

    public SchemaFormat? Format { get; init; }

    public long? Minimum { get; init; }

    /// <summary>What a number is to be above; not looked at where a string holds it.</summary>
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

    /// <summary>A body that is an object of one key, as every action's is.</summary>
    public static Schema Body(string key, Schema value) => Object((key, value)) with { Required = [key] };

    /// <summary>The same with another property, or another in its place.</summary>
    public Schema With(string key, Schema value)
        => this with { Properties = new OrderedDictionary<string, Schema>(Properties!) { [key] = value } };

    public Schema Without(string key)
        => this with
        {
            Properties = new OrderedDictionary<string, Schema>(Properties!.Where(property => property.Key != key)),
        };

    public static bool Matches(string text, string pattern)
        => Regex.IsMatch(text, pattern,
            RegexOptions.CultureInvariant | (LooksAround(pattern) ? RegexOptions.None : RegexOptions.NonBacktracking));

    /// <summary>The engine that never backtracks cannot look around; patterns are Nova's, not callers'.</summary>
    private static bool LooksAround(string pattern) => pattern.Contains("(?", StringComparison.Ordinal);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class SchemaJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>A format by its name; some have words of their own for what does not have it.</summary>
internal sealed record SchemaFormat(string Name, Predicate<string> Holds, string? Refusal = null);
