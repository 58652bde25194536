namespace Kiroku.Servers.State;

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

    /// <summary>Further conditions that a server must meet.</summary>
    public IReadOnlyList<Predicate<Server>> Conditions { get; init; } = [];

    /// <summary>Null keeps the newest first.</summary>
    public Comparison<Server>? Order { get; init; }

    /// <summary>Whether SQL alone makes the page, because it has all the conditions and the order.</summary>
    public bool IsPaged => Order is null && Conditions.Count == 0;

    /// <summary>
    /// Selects the rows of the page if SQL alone makes it, otherwise all rows to make it from; newest first.
    /// </summary>
    public string Sql()
    {
        const string BehindMarker = "(created_at, id) < "
            + "(SELECT marker.created_at, marker.id FROM servers AS marker WHERE marker.id = @Marker)";
        var page = IsPaged ? " LIMIT @Limit" : "";
        return $"SELECT {ServerRow.Selected} FROM servers{Where(IsPaged && Marker is not null
            ? BehindMarker
            : null)} ORDER BY created_at DESC, id DESC{page}";
    }

    /// <summary>Finds the marker, if it is one of the servers that could be listed.</summary>
    public string MarkerSql() => $"SELECT id FROM servers{Where("id = @Marker")}";

    public bool Matches(Server server) => Conditions.All(condition => condition(server));

    private string Where(string? more)
    {
        string?[] conditions =
        [
            Deleted is null ? null : "deleted = @Deleted",
            ProjectId is null ? null : "project_id = @ProjectId",
            ChangesSince is null ? null : "updated_at >= @ChangesSince",
            ChangesBefore is null ? null : "updated_at <= @ChangesBefore",
            more,
        ];
        var all = string.Join(" AND ", conditions.OfType<string>());
        return all.Length == 0 ? "" : $" WHERE {all}";
    }
}
