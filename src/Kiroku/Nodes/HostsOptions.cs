namespace Kiroku.Nodes;

/// <summary>What a node says of its host. Section "Hosts".</summary>
internal sealed class HostsOptions
{
    public const string Section = "Hosts";

    /// <summary>What Nova calls the zone of hosts of which nothing else is said.</summary>
    public const string DefaultZone = "nova";

    /// <summary>The availability zone that the host is in.</summary>
    public string Zone { get; init; } = DefaultZone;

    /// <summary>How often a node of several measures what its host has.</summary>
    public TimeSpan MeasureInterval { get; init; } = TimeSpan.FromSeconds(10);
}
