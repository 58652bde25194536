namespace Kiroku.Hypervisors;

/// <summary>A host's capacity: processors, memory in MiB, and its pool's size and free space in bytes.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.HostCapacity")]
public sealed record HostCapacity(
    [property: Id(0)] int Vcpus,
    [property: Id(1)] long MemoryMiB,
    [property: Id(2)] long DiskBytes,
    [property: Id(3)] long DiskFreeBytes,
    [property: Id(4)] string HypervisorVersion);
