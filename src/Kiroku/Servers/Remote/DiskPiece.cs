using Kiroku.Hypervisors;

namespace Kiroku.Servers.Remote;

/// <summary>
/// One piece of a disk on its way to another host: first the description, then the bytes in order, last their SHA-256.
/// </summary>
[GenerateSerializer, Immutable]
internal readonly record struct DiskPiece
{
    [Id(0)]
    public VolumeContent? Content { get; init; }

    [Id(1)]
    public byte[]? Bytes { get; init; }

    [Id(2)]
    public byte[]? Digest { get; init; }
}
