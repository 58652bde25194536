namespace Kiroku.Scheduling;

/// <summary>A server that wants a host: what it takes up there, and what is asked of the host.</summary>
internal sealed record SpecToPlace(Claim Claim)
{
    /// <summary>The zone that it is to be in; null for any.</summary>
    public string? Zone { get; init; }

    /// <summary>The one host that will do; null for any.</summary>
    public string? OnlyHost { get; init; }

    /// <summary>Hosts that will not do.</summary>
    public IReadOnlyCollection<string> Excluded { get; init; } = [];

    /// <summary>The host that it is on, where what it takes up now does not count as used.</summary>
    public string? CurrentHost { get; init; }

    /// <summary>What it takes up in all if it stays there; null if no more than elsewhere.</summary>
    public Claim? ClaimOnCurrent { get; init; }

    public Claim ClaimOn(string host) => host == CurrentHost ? ClaimOnCurrent ?? Claim : Claim;
}
