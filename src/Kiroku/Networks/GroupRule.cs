namespace Kiroku.Networks;

/// <summary>A rule of a security group: something that it lets through.</summary>
internal sealed record GroupRule(string ProjectId, Guid GroupId, Passing Passing)
{
    public required Guid Id { get; init; }

    public string Description { get; init; } = "";

    /// <summary>When it was made; null for one that stands in no row.</summary>
    public DateTime? CreatedAt { get; init; }

    /// <summary>
    /// A rule of a project's group default that says what a network lets through. Its id is made of all that it says,
    /// so that it stays the same.
    /// </summary>
    public static GroupRule Of((string ProjectId, Guid Id) group, CloudNetwork network, Passing passing)
        => new(group.ProjectId, group.Id, passing)
        {
            Id = StableId.Of(
                $"rule {group.ProjectId} {network.Id} {passing.Direction} {passing.Version} {passing.Protocol} "
                + $"{passing.Ports} {passing.Remote}"),
            Description = $"In the network {network.Name}.",
        };

    /// <summary>A rule that a project's group default has to begin with.</summary>
    public static GroupRule Initial((string ProjectId, Guid Id) group, Passing passing)
        => new(group.ProjectId, group.Id, passing)
        {
            Id = StableId.Of($"rule {group.ProjectId} {passing.Direction} {passing.Version}"),
        };
}

/// <summary>Something that is let through, in one direction and by one version of IP.</summary>
internal sealed record Passing(string Direction, int Version)
{
    public const string In = "ingress";
    public const string Out = "egress";

    /// <summary>Null for any.</summary>
    public string? Protocol { get; init; }

    /// <summary>The ports, or ICMP's type and code, of which the code may be any; null for any.</summary>
    public (int First, int? Last)? Ports { get; init; }

    /// <summary>Null for anywhere.</summary>
    public string? Remote { get; init; }

    /// <summary>Whether both let the same through, whatever they call its protocol.</summary>
    public bool IsSameAs(Passing other) => this with { Protocol = other.Protocol } == other
        && Protocols.NumberOf(Protocol, Version) == Protocols.NumberOf(other.Protocol, Version);
}
