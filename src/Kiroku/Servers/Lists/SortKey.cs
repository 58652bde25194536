using Kiroku.Servers.State;

namespace Kiroku.Servers.Lists;

/// <summary>What a list of servers is sorted by.</summary>
/// <param name="Value">What is compared.</param>
/// <param name="Column">The column that has it; null if none has it as it is compared.</param>
/// <param name="IsNullable">Whether the column may be NULL, which is less than every value.</param>
internal sealed record SortKey(Func<Server, IComparable?> Value, string? Column = null, bool IsNullable = false)
{
    public static SortKey CreatedAt { get; } = new(server => server.CreatedAt, "created_at");

    public static SortKey Id { get; } = new(server => server.Id, "id");

    public bool IsDescending { get; init; } = true;

    /// <summary>How it stands in ORDER BY. PostgreSQL puts NULL at the other end unless it is told.</summary>
    public string Order => $"{Column} {(IsDescending ? "DESC" : "ASC")}"
        + (IsNullable ? IsDescending ? " NULLS LAST" : " NULLS FIRST" : "");

    public int Compare(Server a, Server b)
    {
        var order = (Value(a), Value(b)) switch
        {
            (string one, string other) => string.CompareOrdinal(one, other),
            var (one, other) => Comparer<IComparable>.Default.Compare(one!, other!),
        };
        return IsDescending ? -order : order;
    }

    /// <summary>The condition that a server is equal to another one by this key.</summary>
    /// <param name="value">The parameter that has the other one's value; null if that is NULL.</param>
    public string Same(string? value) => value is null ? $"{Column} IS NULL" : $"{Column} = {value}";

    /// <summary>The condition that a server comes behind another one by this key.</summary>
    /// <param name="value">The parameter that has the other one's value; null if that is NULL.</param>
    public string Behind(string? value) => (IsDescending, value) switch
    {
        (true, null) => "1 = 0",
        (true, _) => IsNullable ? $"({Column} < {value} OR {Column} IS NULL)" : $"{Column} < {value}",
        (false, null) => $"{Column} IS NOT NULL",
        (false, _) => $"{Column} > {value}",
    };
}
