namespace Kiroku.Nodes;

/// <summary>What a node says of its host.</summary>
internal sealed class HostsOptions
{
    public const string Section = "Hosts";

    /// <summary>What Nova calls the zone of hosts of which nothing else is said.</summary>
    public const string DefaultZone = "nova";

    /// <summary>The availability zone of this node's host: 1 to 255 characters, no colon.</summary>
    public string Zone { get; init; } = DefaultZone;

    /// <summary>
    /// How often a node of several measures what its host has, and whether its hypervisor answers; at most a day.
    /// </summary>
    public TimeSpan MeasureInterval { get; init; } = TimeSpan.FromSeconds(10);
}
