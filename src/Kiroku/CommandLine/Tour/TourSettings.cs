namespace Kiroku.CommandLine.Tour;

/// <summary>The command-line options of a tour.</summary>
internal sealed record TourSettings
{
    public required bool Exit { get; init; }

    public required string Listen { get; init; }

    public string? Hypervisor { get; init; }

    /// <summary>Whether machines are real. On libvirt's mock there are no guests to report.</summary>
    public bool IsReal => Hypervisor?.StartsWith("test:", StringComparison.Ordinal) != true;
}
