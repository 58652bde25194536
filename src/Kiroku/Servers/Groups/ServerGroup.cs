namespace Kiroku.Servers.Groups;

/// <summary>A server group: servers for which hosts are chosen by one policy.</summary>
internal sealed record ServerGroup
{
    public required Guid Id { get; init; }

    public required string ProjectId { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    /// <summary>One of <see cref="Scheduling.GroupPolicies"/>.</summary>
    public required string Policy { get; init; }

    /// <summary>How many of its servers one host may have under anti-affinity; null where nobody said, which is
    /// 1.</summary>
    public int? MaxServerPerHost { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Its servers that are not deleted. They name it; it has no column of them.</summary>
    public IReadOnlyList<Guid> Members { get; init; } = [];
}
