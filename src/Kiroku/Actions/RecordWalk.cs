namespace Kiroku.Actions;

/// <summary>
/// Actions in the order of their ids, that of their acceptance, from one of them on. What it asks for is what an index
/// has in that order, so that no more rows are read than <see cref="Most"/>: running ones alone are found among all
/// that run.
/// </summary>
internal sealed record RecordWalk(bool IsAscending, long After, int Most)
{
    /// <summary>The project of an action's server, as the indexes have it.</summary>
    private const string Project = "coalesce(r.owner, r.project_id)";

    /// <summary>The same where another index is to be used: no index has this expression.</summary>
    private const string ProjectOfFew = "coalesce(r.owner, r.project_id, r.owner)";

    /// <summary>The project whose servers' actions are told; null for those of all.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The only server; null for all.</summary>
    public Guid? Server { get; init; }

    /// <summary>The only request; null for all.</summary>
    public string? Request { get; init; }

    public RecordedWhich Which { get; init; }

    /// <summary>The walk from its beginning.</summary>
    public static RecordWalk From(bool isAscending, int most)
        => new(isAscending, isAscending ? 0 : long.MaxValue, most);

    public IEnumerable<RecordedAction> Sort(IEnumerable<RecordedAction> actions)
        => IsAscending
            ? actions.OrderBy(recorded => recorded.Action.Id)
            : actions.OrderByDescending(recorded => recorded.Action.Id);

    /// <summary>The conditions, order and limit, and the values that they name.</summary>
    public (string Sql, object[] Values) Write()
    {
        var values = new List<object> { After, (long)Most };
        var conditions = new List<string> { $"r.id {(IsAscending ? '>' : '<')} @0" };
        if (Request is not null)
            conditions.Add(Add("r.request", CompactId.OfRequest(Request), values));
        if (Server is { } server)
            conditions.Add(Add("r.server", CompactId.Of(server), values));
        var isOfFew = Request is not null || Server is not null;
        if (!isOfFew && Which != RecordedWhich.All)
            conditions.Add(Which == RecordedWhich.Running
                ? $"r.outcome = {OutcomeCodes.Running}"
                : $"r.outcome > {OutcomeCodes.LastGood}");
        if (ProjectId is not null)
            conditions.Add(Add(
                isOfFew || Which == RecordedWhich.Running ? ProjectOfFew : Project,
                CompactId.OfOwner(ProjectId)!, values));
        return ($"WHERE {string.Join(" AND ", conditions)} ORDER BY r.id {(IsAscending ? "ASC" : "DESC")} LIMIT @1",
            [.. values]);
    }

    private static string Add(string expression, object value, List<object> values)
    {
        values.Add(value);
        return $"{expression} = @{values.Count - 1}";
    }
}

/// <summary>Which actions a walk needs to come to, by how they stand or ended.</summary>
internal enum RecordedWhich
{
    All,

    /// <summary>Those that run.</summary>
    Running,

    /// <summary>Those that ended, and not well.</summary>
    Failed,
}
