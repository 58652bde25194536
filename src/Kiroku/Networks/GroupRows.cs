namespace Kiroku.Networks;

/// <summary>A security group as its columns hold it.</summary>
internal sealed record GroupRow
{
    public Guid Id { get; init; }

    public string ProjectId { get; init; } = "";

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    public SecurityGroup ToGroup(IEnumerable<RuleRow> rules)
        => new(ProjectId, [.. rules.Select(rule => rule.ToRule(ProjectId))])
        {
            Id = Id,
            Name = Name,
            Description = Description,
            Times = (CreatedAt, UpdatedAt),
        };
}

/// <summary>A security group's rule as its columns hold it.</summary>
internal sealed record RuleRow
{
    public Guid Id { get; init; }

    public Guid GroupId { get; init; }

    public string Direction { get; init; } = "";

    public int Version { get; init; }

    public string? Protocol { get; init; }

    public int? FirstPort { get; init; }

    public int? LastPort { get; init; }

    public string? Remote { get; init; }

    public string Description { get; init; } = "";

    public DateTime CreatedAt { get; init; }

    public static RuleRow Of(GroupRule rule, DateTime now) => new()
    {
        Id = rule.Id,
        GroupId = rule.GroupId,
        Direction = rule.Passing.Direction,
        Version = rule.Passing.Version,
        Protocol = rule.Passing.Protocol,
        FirstPort = rule.Passing.Ports?.First,
        LastPort = rule.Passing.Ports?.Last,
        Remote = rule.Passing.Remote,
        Description = rule.Description,
        CreatedAt = rule.CreatedAt ?? now,
    };

    public GroupRule ToRule(string projectId) => new(projectId, GroupId, new Passing(Direction, Version)
    {
        Protocol = Protocol,
        Ports = FirstPort is { } first ? (first, LastPort) : null,
        Remote = Remote,
    })
    {
        Id = Id,
        Description = Description,
        CreatedAt = CreatedAt,
    };
}
