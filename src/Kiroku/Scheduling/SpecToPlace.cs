namespace Kiroku.Scheduling;

/// <summary>A server that needs a host: what it claims there, and which hosts it may have.</summary>
internal sealed record SpecToPlace(Claim Claim)
{
    /// <summary>The required zone; null for any.</summary>
    public string? Zone { get; init; }

    /// <summary>The only suitable host; null for any.</summary>
    public string? OnlyHost { get; init; }

    /// <summary>Hosts that are not suitable.</summary>
    public IReadOnlyCollection<string> Excluded { get; init; } = [];

    /// <summary>What its host must be able to give it.</summary>
    public IReadOnlyList<HostDemand> Demands { get; init; } = [];

    /// <summary>The server's group; null for none.</summary>
    public GroupToPlace? Group { get; init; }

    /// <summary>The server's current host, if the server's claim on it is left out of what is used there.</summary>
    public string? CurrentHost { get; init; }

    /// <summary>What the server claims if it stays on its current host; null if that is the same as
    /// elsewhere.</summary>
    public Claim? ClaimOnCurrent { get; init; }

    public Claim ClaimOn(string host) => host == CurrentHost ? ClaimOnCurrent ?? Claim : Claim;
}
