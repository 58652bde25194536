using Kiroku.Hypervisors;

namespace Kiroku.Servers.Remote;

/// <summary>
/// A disk on its way to another host: first what it is, then its bytes in order, last the SHA-256 of all of them.
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
