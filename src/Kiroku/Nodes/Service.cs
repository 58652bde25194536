namespace Kiroku.Nodes;

/// <summary>
/// The service of a host that looks after its machines, as administrators have set it. A disabled one is given no
/// further servers; one that is forced down counts as dead, whatever its node reports.
/// </summary>
internal sealed record Service
{
    /// <summary>
    /// Nova's name for the service that looks after a host's machines. Kiroku's one process is all services.
    /// </summary>
    public const string Binary = "nova-compute";

    /// <summary>The status of a host that does not answer.</summary>
    public const string UnknownStatus = "UNKNOWN";

    public required string Host { get; init; }

    public bool Disabled { get; init; }

    /// <summary>Why it is disabled; null if no reason was given.</summary>
    public string? DisabledReason { get; init; }

    public bool ForcedDown { get; init; }

    public string Status => Disabled ? "disabled" : "enabled";

    /// <summary>
    /// The host_status that administrators see on servers (nova/compute/api.py, get_instance_host_status).
    /// </summary>
    public string HostStatus(bool isUp) => ForcedDown ? "DOWN" : Disabled ? "MAINTENANCE" : isUp ? "UP" : UnknownStatus;
}
