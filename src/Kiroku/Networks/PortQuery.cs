namespace Kiroku.Networks;

/// <summary>Which servers' ports are to be read, in the order of their ids.</summary>
internal sealed record PortQuery
{
    /// <summary>Null for every project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Null for any server.</summary>
    public IReadOnlyList<Guid>? Servers { get; init; }

    /// <summary>An address, of a card or in a network, that a port must have; null for any.</summary>
    public string? Address { get; init; }

    /// <summary>The server behind which to begin; null for the first.</summary>
    public Guid? After { get; init; }

    /// <summary>Whether to go from the last to the first.</summary>
    public bool Backwards { get; init; }

    /// <summary>What must hold beyond that.</summary>
    public Predicate<Port> Takes { get; init; } = _ => true;

    public int Limit { get; init; } = ListQuery.MostAtOnce;
}
