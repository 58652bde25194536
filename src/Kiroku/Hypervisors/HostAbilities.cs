namespace Kiroku.Hypervisors;

/// <summary>The hardware that a host can give its machines, by the names that images have for it.</summary>
public sealed record HostAbilities
{
    /// <summary>The architectures of guests that run here.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>What runs the machines: qemu, kvm or test.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>The version of what runs them.</summary>
    public string Version { get; init; } = "0.0.0";

    public IReadOnlyList<string> MachineTypes { get; init; } = [];

    public IReadOnlyList<string> DiskBuses { get; init; } = [];

    public IReadOnlyList<string> ScsiModels { get; init; } = [];

    public IReadOnlyList<string> CardModels { get; init; } = [];

    public IReadOnlyList<string> VideoModels { get; init; } = [];

    public IReadOnlyList<string> SoundModels { get; init; } = [];

    /// <summary>Whether there is UEFI firmware for machines.</summary>
    public bool HasUefi { get; init; }

    /// <summary>Whether a machine's share of the processors can be limited.</summary>
    public bool LimitsCpu { get; init; }
}
