namespace Kiroku.Flavors;

/// <summary>A size of server: processors, memory and root disk.</summary>
internal sealed record Flavor
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required int Vcpus { get; init; }

    public required int MemoryMiB { get; init; }

    public required int DiskGiB { get; init; }

    public string? Description { get; init; }
}
