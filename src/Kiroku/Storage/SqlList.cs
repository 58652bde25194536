using System.Globalization;

namespace Kiroku.Storage;

/// <summary>
/// Lists to follow <c>IN</c> or to be read like a table, as text: what Dapper makes of a list differs between
/// databases. Only of kinds that hold nothing but digits and letters.
/// </summary>
internal static class SqlList
{
    public static string Of(IEnumerable<long> ids) => Join(ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    public static string Of(IEnumerable<Guid> ids) => Join(ids.Select(id => $"'{id}'"));

    /// <summary>A statement whose rows they are, one at least.</summary>
    public static string Rows(IEnumerable<Guid> ids) => $"VALUES {string.Join(", ", ids.Select(id => $"('{id}')"))}";

    /// <summary>An empty list finds nothing.</summary>
    private static string Join(IEnumerable<string> values) => $"({string.Join(", ", values.DefaultIfEmpty("NULL"))})";
}
