using System.Reflection;
using System.Text.Json;
using Dapper;

namespace Kiroku.Storage;

/// <summary>
/// Lists a table's columns from the record of its rows: each property is the column of its name in snake case. So
/// every column is written only once, in the record.
/// </summary>
/// <typeparam name="TRow">The record. Its public settable properties are the columns.</typeparam>
internal static class Columns<TRow>
{
    public static readonly IReadOnlyList<string> Properties = [.. Settable.Select(property => property.Name)];

    private static IEnumerable<PropertyInfo> Settable
        => typeof(TRow).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    /// <summary>"id, project_id", for a record that holds a part of a table's columns.</summary>
    public static string Names => Join([], NameOf);

    /// <summary>A statement that inserts a row without the given columns, which the store fills.</summary>
    public static string Insert(string table, params string[] but)
        => $"{Into(table, but)} VALUES ({Values(but)})";

    /// <summary>The same up to its condition: a WHERE follows, or a FROM with one.</summary>
    public static string InsertWhere(string table, params string[] but)
        => $"{Into(table, but)} SELECT {Values(but)}";

    /// <summary>
    /// The same, with further columns whose values are expressions. Properties among them are to be left out.
    /// </summary>
    public static string InsertWith(
        string table, IReadOnlyList<(string Column, string Expression)> computed, params string[] but)
        => $"{Into(table, computed, but)} SELECT {Values(but)}, "
            + string.Join(", ", computed.Select(more => more.Expression));

    /// <summary>A statement that inserts several rows like that, and its parameters.</summary>
    public static (string Sql, DynamicParameters Values) InsertMany(
        string table, IReadOnlyList<(string Column, string Expression)> computed, IEnumerable<TRow> rows,
        params string[] but)
    {
        var properties = Settable.Where(property => !but.Contains(property.Name)).ToList();
        var values = new DynamicParameters();
        var texts = rows.Select((row, number) => string.Join(", ", [
            .. properties.Select(property => Add(property, row, number)),
            .. computed.Select(more => more.Expression),
        ])).ToList();
        return ($"{Into(table, computed, but)} VALUES ({string.Join("), (", texts)})", values);

        string Add(PropertyInfo property, TRow row, int number)
        {
            var name = $"{property.Name}{number}";
            values.Add(name, property.GetValue(row));
            return $"@{name}";
        }
    }

    /// <summary>"id = @Id, project_id = @ProjectId".</summary>
    public static string Assignments(params string[] but) => Join(but, property => $"{NameOf(property)} = @{property}");

    /// <summary>
    /// The same with a prefix before the parameters' names, for a statement that has those of another row as well; and
    /// what adds their values.
    /// </summary>
    public static (string Sql, Action<TRow, DynamicParameters> AddValues) Assignments(string prefix, string[] but)
    {
        var assigned = Settable.Where(property => !but.Contains(property.Name))
            .Select(property => (property, Parameter: prefix + property.Name)).ToList();
        return (
            string.Join(", ", assigned.Select(one => $"{NameOf(one.property.Name)} = @{one.Parameter}")),
            (row, values) => assigned.ForEach(one => values.Add(one.Parameter, one.property.GetValue(row))));
    }

    private static string Into(string table, string[] but) => $"INSERT INTO {table} ({Join(but, NameOf)})";

    private static string Into(
        string table, IReadOnlyList<(string Column, string Expression)> computed, string[] but)
        => $"INSERT INTO {table} ({Join(but, NameOf)}, {string.Join(", ", computed.Select(more => more.Column))})";

    private static string Values(string[] but) => Join(but, property => $"@{property}");

    private static string NameOf(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);

    private static string Join(string[] but, Func<string, string> make)
    {
        if (but.Except(Properties).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"{typeof(TRow).Name} has no {unknown}.", nameof(but));
        return string.Join(", ", Properties.Except(but).Select(make));
    }
}
