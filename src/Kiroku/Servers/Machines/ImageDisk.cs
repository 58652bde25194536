using Kiroku.Hypervisors;

// Nodes of another version know this type by its full name, so its namespace is not the folder's.
namespace Kiroku.Servers;

/// <summary>An image's file, its format and the size in bytes of its disk.</summary>
[GenerateSerializer, Immutable]
internal sealed record ImageDisk(
    [property: Id(0)] string ImageId,
    [property: Id(1)] string File,
    [property: Id(2)] VolumeFormat Format,
    [property: Id(3)] long VirtualSize);
