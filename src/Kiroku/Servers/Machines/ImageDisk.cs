using Kiroku.Hypervisors;

// The namespace is part of the name by which nodes of two versions know it, so it is not the folder's.
namespace Kiroku.Servers;

/// <summary>An image's file, its format and the size in bytes of the disk it is.</summary>
[GenerateSerializer, Immutable]
internal sealed record ImageDisk(
    [property: Id(0)] string ImageId,
    [property: Id(1)] string File,
    [property: Id(2)] VolumeFormat Format,
    [property: Id(3)] long VirtualSize);
