using System.Globalization;
using Dapper;

namespace Kiroku.Servers.Lists;

/// <summary>A condition that a server's columns tell.</summary>
/// <param name="Text">Portable SQL, in which {0} is the first value, {1} the second.</param>
/// <param name="Values">What the condition compares with.</param>
internal sealed record SqlCondition(string Text, params IReadOnlyList<string> Values)
{
    public static readonly SqlCondition Never = new("1 = 0");

    public static SqlCondition Is(string expression, string value) => new($"{expression} = {{0}}", value);

    /// <summary>An expression has one of the values.</summary>
    public static SqlCondition IsOneOf(string expression, IReadOnlyList<string> values) => values switch
    {
        [] => Never,
        [var only] => Is(expression, only),
        _ => new($"{expression} IN ({Places(values)})", [.. values]),
    };

    /// <summary>
    /// An expression has the texts in it, one behind the other; case matters only beyond ASCII.
    /// </summary>
    public static SqlCondition Contains(string expression, params IReadOnlyList<string> texts)
        => new($@"lower({expression}) LIKE lower({{0}}) ESCAPE '\'", $"%{string.Join('%', texts.Select(Escape))}%");

    /// <summary>How many of the named tags a server has is compared with a number.</summary>
    /// <param name="comparison">With what is on its right.</param>
    /// <param name="tags">Each is named once.</param>
    public static SqlCondition HasTags(string comparison, IReadOnlyList<string> tags)
        => new(
            $"(SELECT COUNT(DISTINCT tags.value) FROM json_each(labels, '$.tags') tags "
                + $"WHERE tags.value IN ({Places(tags)})) {comparison}", [.. tags]);

    /// <summary>Adds the values to those of a statement, and returns the text that names them there.</summary>
    public string Write(DynamicParameters values)
    {
        var names = new List<string>();
        foreach (var value in Values)
        {
            var name = $"value{values.ParameterNames.Count()}";
            values.Add(name, value);
            names.Add($"@{name}");
        }
        return string.Format(CultureInfo.InvariantCulture, Text, [.. names]);
    }

    private static string Places(IReadOnlyList<string> values)
        => string.Join(", ", values.Select((_, index) => $"{{{index}}}"));

    private static string Escape(string text)
        => text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}
