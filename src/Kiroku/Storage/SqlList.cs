using System.Globalization;

namespace Kiroku.Storage;

/// <summary>
/// Lists for <c>IN</c>, or to be read like a table, as SQL text, because Dapper's lists work differently with each
/// database. Only types whose text is letters and digits are supported.
/// </summary>
internal static class SqlList
{
    public static string Of(IEnumerable<long> ids) => Join(ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    public static string Of(IEnumerable<Guid> ids) => Join(ids.Select(id => $"'{id}'"));

    /// <summary>A statement whose rows are the ids; there must be at least one.</summary>
    public static string Rows(IEnumerable<Guid> ids) => $"VALUES {string.Join(", ", ids.Select(id => $"('{id}')"))}";

    /// <summary>NULL in the place of an empty list matches nothing.</summary>
    private static string Join(IEnumerable<string> values) => $"({string.Join(", ", values.DefaultIfEmpty("NULL"))})";
}
