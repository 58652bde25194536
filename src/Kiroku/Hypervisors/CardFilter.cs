namespace Kiroku.Hypervisors;

/// <summary>
/// What a machine's card may send and receive: what one of the rules lets through, the answers to that, and what a card
/// needs for having addresses at all. Nothing else passes.
/// </summary>
[GenerateSerializer, Immutable, Alias("Kiroku.CardFilter")]
public sealed record CardFilter([property: Id(0)] IReadOnlyList<CardRule> Rules);

/// <summary>Something that may begin: in one direction, by version 4 or 6 of IP.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.CardRule")]
public sealed record CardRule([property: Id(0)] bool IsInbound, [property: Id(1)] int Version)
{
    /// <summary>The number of the protocol; null for any.</summary>
    [Id(2)]
    public int? Protocol { get; init; }

    /// <summary>The first port, or ICMP's type; null for any.</summary>
    [Id(3)]
    public int? First { get; init; }

    /// <summary>The last port, or ICMP's code; null for any.</summary>
    [Id(4)]
    public int? Last { get; init; }

    /// <summary>The addresses of the other side, as 192.0.2.0/24; null for any.</summary>
    [Id(5)]
    public string? Remote { get; init; }
}
