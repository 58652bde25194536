namespace Kiroku.Nodes;

/// <summary>Settings of this node's host.</summary>
internal sealed class HostsOptions
{
    public const string Section = "Hosts";

    /// <summary>Nova's name for the zone of hosts that have no other.</summary>
    public const string DefaultZone = "nova";

    /// <summary>The availability zone of this node's host: 1 to 255 characters, no colon.</summary>
    public string Zone { get; init; } = DefaultZone;

    /// <summary>
    /// How often a node that shares its database measures its host's capacity and looks whether its hypervisor answers;
    /// at most a day.
    /// </summary>
    public TimeSpan MeasureInterval { get; init; } = TimeSpan.FromSeconds(10);
}
