using System.Buffers.Binary;

namespace Kiroku.Tests.Images;

/// <summary>The bytes of an empty qcow2 image as qemu-img makes it, with any fault that a test wants.</summary>
internal sealed record Qcow2
{
    public uint Version { get; init; } = 3;

    public ulong BackingFile { get; init; }

    public uint BackingFileLength { get; init; }

    public uint ClusterBits { get; init; } = 16;

    public ulong Size { get; init; } = 1 << 30;

    public uint Encryption { get; init; }

    public ulong Tables { get; init; } = 0x10000;

    public ulong Features { get; init; }

    public uint HeaderLength { get; init; } = 104;

    public int FileLength { get; init; } = 196_616;

    public byte[] ToBytes()
    {
        var bytes = new byte[Math.Max(FileLength, 112)];
        Put32(bytes, 0, 0x514649FB);
        Put32(bytes, 4, Version);
        Put64(bytes, 8, BackingFile);
        Put32(bytes, 16, BackingFileLength);
        Put32(bytes, 20, ClusterBits);
        Put64(bytes, 24, Size);
        Put32(bytes, 32, Encryption);
        Put64(bytes, 40, Tables);
        Put64(bytes, 48, Tables);
        if (Version == 3)
        {
            Put64(bytes, 72, Features);
            Put32(bytes, 100, HeaderLength);
        }
        return bytes[..FileLength];
    }

    private static void Put32(byte[] bytes, int at, uint value)
        => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);

    private static void Put64(byte[] bytes, int at, ulong value)
        => BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), value);
}
