using Dapper;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Lists;

/// <summary>Which servers to list, and in which order.</summary>
internal sealed record ServerQuery
{
    /// <summary>Null lists every project's servers.</summary>
    public string? ProjectId { get; init; }

    public int Limit { get; init; } = 1000;

    public Guid? Marker { get; init; }

    /// <summary>Null lists deleted servers among the others.</summary>
    public bool? Deleted { get; init; } = false;

    public DateTime? ChangesSince { get; init; }

    public DateTime? ChangesBefore { get; init; }

    /// <summary>Further conditions, as far as SQL can say them.</summary>
    public IReadOnlyList<SqlCondition> Conditions { get; init; } = [];

    /// <summary>Conditions that only a server that was read can tell.</summary>
    public IReadOnlyList<Predicate<Server>> Predicates { get; init; } = [];

    public ServerSorting Sorting { get; init; } = ServerSorting.NewestFirst;

    public bool Matches(Server server) => Predicates.All(predicate => predicate(server));

    /// <summary>Selects the first servers that fulfil the conditions, in the order of the list.</summary>
    /// <param name="after">The server that the page begins behind; null begins with the first one.</param>
    /// <param name="most">How many rows to read.</param>
    public (string Sql, DynamicParameters Values) Page(Server? after, int most)
    {
        var values = new DynamicParameters();
        var conditions = Conditions.Select(condition => condition.Write(values)).ToList();
        if (after is not null)
            conditions.Add(Sorting.Behind(after, values));
        values.Add("most", most);
        return ($"SELECT {ServerRow.Selected} FROM servers{Where(values, conditions)} {Sorting.OrderBy} LIMIT @most",
            values);
    }

    /// <summary>
    /// Selects the server behind which a page begins. It may have stopped to fulfil the conditions since it was listed.
    /// </summary>
    public (string Sql, DynamicParameters Values) Begin(Guid marker)
    {
        var values = new DynamicParameters(new { marker });
        return ($"SELECT {ServerRow.Selected} FROM servers{Where(values, ["id = @marker"])}", values);
    }

    // Whether a server is deleted is written into the statement, because most indexes hold only those that are not.
    private string Where(DynamicParameters values, IEnumerable<string> more)
    {
        values.AddDynamicParams(new { ProjectId, ChangesSince, ChangesBefore });
        string?[] conditions =
        [
            Deleted is { } deleted ? $"deleted = {(deleted ? 1 : 0)}" : null,
            ProjectId is null ? null : "project_id = @ProjectId",
            ChangesSince is null ? null : "updated_at >= @ChangesSince",
            ChangesBefore is null ? null : "updated_at <= @ChangesBefore",
            .. more,
        ];
        var all = string.Join(" AND ", conditions.OfType<string>());
        return all.Length == 0 ? "" : $" WHERE {all}";
    }
}
