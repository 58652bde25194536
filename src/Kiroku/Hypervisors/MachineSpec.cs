namespace Kiroku.Hypervisors;

/// <summary>
/// A machine as it should be: id (also its UUID at the hypervisor), display name, processors, memory and root disk.
/// </summary>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("Kiroku.MachineSpec")]
public sealed record MachineSpec(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string Name,
    [property: Id(2)] int Vcpus,
    [property: Id(3)] int MemoryMiB,
    [property: Id(4)] string RootVolume)
{
    /// <summary>A disk beside the one that it starts from; null for none.</summary>
    [Id(5)]
    public string? SecondVolume { get; init; }

    /// <summary>A raw volume that the guest may read; null for none.</summary>
    [Id(6)]
    public string? ConfigVolume { get; init; }

    /// <summary>Whether it has no network card.</summary>
    [Id(7)]
    public bool HasNoCard { get; init; }

    /// <summary>What its image and flavor ask for; null for nothing.</summary>
    [Id(8)]
    public MachineHardware? Hardware { get; init; }

    /// <summary>
    /// The IPv4 address to reserve for it, where its network gives out addresses; null for any. One that is taken by
    /// now is replaced by another, unless <see cref="MustHaveAddress"/>.
    /// </summary>
    [Id(9)]
    public string? Address { get; init; }

    [Id(10)]
    public bool MustHaveAddress { get; init; }

    /// <summary>What its card lets through; null for everything.</summary>
    [Id(11)]
    public CardFilter? Filter { get; init; }
}
