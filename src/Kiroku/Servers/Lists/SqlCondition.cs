using System.Globalization;
using Dapper;

namespace Kiroku.Servers.Lists;

/// <summary>A condition that a server's columns tell.</summary>
/// <param name="Text">Portable SQL, in which {0} is the first value, {1} the second.</param>
/// <param name="Values">What the condition compares with.</param>
internal sealed record SqlCondition(string Text, params IReadOnlyList<string> Values)
{
    /// <summary>The id of a server's flavor, as an index has it.</summary>
    public const string FlavorId = "json_extract(flavor, '$.id')";

    public static SqlCondition Is(string expression, string value) => new($"{expression} = {{0}}", value);

    /// <summary>A column has one of the values.</summary>
    public static SqlCondition IsOneOf(string column, IReadOnlyList<string> values)
        => values is [var only]
            ? Is(column, only)
            : new($"{column} IN ({string.Join(", ", values.Select((_, index) => $"{{{index}}}"))})", [.. values]);

    /// <summary>A column has a text in it; case matters only beyond ASCII.</summary>
    public static SqlCondition Contains(string column, string text)
    {
        var escaped = text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
        return new($@"lower({column}) LIKE lower({{0}}) ESCAPE '\'", $"%{escaped}%");
    }

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
}
