namespace Kiroku.Nodes;

/// <summary>
/// What administrators say of the part of a host that looks after its machines: a disabled one is given no further
/// servers; one forced down counts as dead, whatever it says of itself.
/// </summary>
internal sealed record Service
{
    /// <summary>
    /// What Nova calls the part that looks after a host's machines; Kiroku's one process is all parts.
    /// </summary>
    public const string Binary = "nova-compute";

    /// <summary>What administrators see of a host that does not answer.</summary>
    public const string UnknownStatus = "UNKNOWN";

    public required string Host { get; init; }

    public bool Disabled { get; init; }

    /// <summary>Why it is disabled; null where nobody said.</summary>
    public string? DisabledReason { get; init; }

    public bool ForcedDown { get; init; }

    public string Status => Disabled ? "disabled" : "enabled";

    /// <summary>What administrators see of the host (nova/compute/api.py, get_instance_host_status).</summary>
    public string HostStatus(bool isUp) => ForcedDown ? "DOWN" : Disabled ? "MAINTENANCE" : isUp ? "UP" : UnknownStatus;
}
