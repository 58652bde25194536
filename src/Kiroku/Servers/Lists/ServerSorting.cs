using Dapper;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Lists;

/// <summary>
/// The order of a list of servers. Those that are equal by its keys are sorted by their age in the first key's
/// direction (nova/db/utils.py, process_sort_params), so that no two servers are equal.
/// </summary>
internal sealed class ServerSorting : IComparer<Server>
{
    private readonly List<SortKey> keys;

    private ServerSorting(IEnumerable<SortKey> asked, bool isDescending)
        => keys =
        [
            .. asked,
            SortKey.CreatedAt with { IsDescending = isDescending },
            SortKey.Id with { IsDescending = isDescending },
        ];

    public static ServerSorting NewestFirst { get; } = new([], isDescending: true);

    /// <summary>An order by at least one key.</summary>
    public static ServerSorting By(IReadOnlyList<SortKey> asked) => new(asked, asked[0].IsDescending);

    /// <summary>Whether SQL can sort; otherwise all servers of the list are read, and sorted by their values.</summary>
    public bool IsInSql => keys.TrueForAll(key => key.Column is not null);

    public string OrderBy => $"ORDER BY {string.Join(", ", keys.Select(key => key.Order))}";

    public int Compare(Server? x, Server? y)
        => keys.Select(key => key.Compare(x!, y!)).FirstOrDefault(order => order != 0);

    /// <summary>The condition that a server comes behind another one.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="values">Gets the other one's values.</param>
    public string Behind(Server other, DynamicParameters values)
    {
        var names = keys.Select((key, index) => Add(key.Value(other), $"behind{index}", values)).ToList();
        var columns = string.Join(", ", keys.Select(key => key.Column));
        // An index serves the comparison of rows, and not the one of each column.
        if (keys.TrueForAll(key => !key.IsNullable && key.IsDescending == keys[0].IsDescending))
            return $"({columns}) {(keys[0].IsDescending ? "<" : ">")} ({string.Join(", ", names)})";
        var ways = keys.Select((key, index) => string.Join(
            " AND ", keys.Take(index).Select((before, at) => before.Same(names[at])).Append(key.Behind(names[index]))));
        return $"({string.Join(" OR ", ways.Select(way => $"({way})"))})";
    }

    private static string? Add(IComparable? value, string name, DynamicParameters values)
    {
        if (value is null)
            return null;
        values.Add(name, value);
        return $"@{name}";
    }
}
