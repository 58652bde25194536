namespace Kiroku.Hypervisors;

/// <summary>
/// A machine's address in a network, IPv4 or IPv6, null if none is known, and the address of its network card there.
/// </summary>
[GenerateSerializer, Immutable, Alias("Kiroku.MachineAddress")]
public sealed record MachineAddress(
    [property: Id(0)] string Network, [property: Id(1)] string? Address, [property: Id(2)] string Mac);
