namespace Kiroku.CommandLine.Tour;

/// <summary>What the command line asks of a tour.</summary>
internal sealed record TourSettings
{
    public required bool Exit { get; init; }

    public required string Listen { get; init; }

    public string? Hypervisor { get; init; }

    /// <summary>False on libvirt's mock: then no guest can be asked.</summary>
    public bool IsReal => Hypervisor?.StartsWith("test:", StringComparison.Ordinal) != true;
}
