namespace Kiroku.Hypervisors;

/// <summary>
/// An address that a machine has in a network, IPv4 or IPv6, null if none is known, and that of its card there.
/// </summary>
[GenerateSerializer, Immutable, Alias("Kiroku.MachineAddress")]
public sealed record MachineAddress(
    [property: Id(0)] string Network, [property: Id(1)] string? Address, [property: Id(2)] string Mac);
