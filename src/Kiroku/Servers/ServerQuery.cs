namespace Kiroku.Servers;

/// <summary>Which servers a list wants, and in which order.</summary>
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

    /// <summary>What must hold beyond that.</summary>
    public IReadOnlyList<Predicate<Server>> Conditions { get; init; } = [];

    /// <summary>Null keeps the newest first.</summary>
    public Comparison<Server>? Order { get; init; }

    public string Sql()
    {
        var conditions = new List<string>();
        Add(Deleted, "deleted = @Deleted");
        Add(ProjectId, "project_id = @ProjectId");
        Add(ChangesSince, "updated_at >= @ChangesSince");
        Add(ChangesBefore, "updated_at <= @ChangesBefore");
        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        return $"SELECT {ServerStore.Columns} FROM servers{where} ORDER BY created_at DESC, id DESC";

        void Add(object? value, string condition)
        {
            if (value is not null)
                conditions.Add(condition);
        }
    }

    public bool Matches(Server server) => Conditions.All(condition => condition(server));
}
