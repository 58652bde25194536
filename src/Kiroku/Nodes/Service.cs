namespace Kiroku.Hosts;

/// <summary>
/// What administrators say of the part of a host that looks after its machines: a disabled one is given no further servers; one
/// forced down counts as dead, whatever it says of itself.
/// </summary>
internal sealed record Service
{
    public required string Host { get; init; }

    public bool Disabled { get; init; }

    /// <summary>Why it is disabled; null where nobody said.</summary>
    public string? DisabledReason { get; init; }

    public bool ForcedDown { get; init; }

    public string Status => Disabled ? "disabled" : "enabled";

    /// <summary>What administrators see of a server's host that is there (<see cref="Host.HostStatus"/> knows whether it is).</summary>
    public string HostStatus => ForcedDown ? "DOWN" : Disabled ? "MAINTENANCE" : "UP";
}
