using System.Buffers.Binary;

namespace Kiroku.Images;

/// <summary>
/// The part of a qcow2 header that decides whether the image is accepted (QEMU's docs/interop/qcow2.txt).
/// </summary>
internal readonly ref struct Qcow2Header
{
    /// <summary>The most bytes that are ever read.</summary>
    public const int Longest = 112;
    private const uint Magic = 0x514649FB;
    private const int VersionTwoLength = 72;
    private const int VersionThreeLength = 104;

    // Incompatible features. QEMU handles dirty images, compression types and extended L2 entries itself. Corrupt
    // images and unknown features are refused.
    private const ulong Dirty = 1 << 0;
    private const ulong ExternalDataFile = 1 << 2;
    private const ulong CompressionType = 1 << 3;
    private const ulong ExtendedEntries = 1 << 4;

    /// <summary>Larger than any flavor's disk. An image that claims more is not a genuine one.</summary>
    public const ulong LargestDisk = 1UL << 46;

    public required long VirtualSize { get; init; }

    public static bool Matches(ReadOnlySpan<byte> start)
        => start.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(start) == Magic;

    /// <exception cref="ImageRejectedException">The header is cut short or requires something
    /// unsupported.</exception>
    public static Qcow2Header Read(ReadOnlySpan<byte> start, long fileSize)
    {
        var version = start.Length >= VersionTwoLength ? Number32(start, 4) : throw Damaged();
        if (version is not (2 or 3))
            throw new ImageRejectedException(
                $"The image is qcow2 of version {version}, which is not supported; 2 and 3 are.");
        if (version == 3)
            CheckVersionThree(start);
        if (Number64(start, 8) != 0 || Number32(start, 16) != 0)
            throw new ImageRejectedException(
                "The image stands on a backing file; only images that are complete in themselves are taken.");
        if (Number32(start, 32) != 0)
            throw new ImageRejectedException("The image is encrypted, which is not supported.");
        CheckTables(start, fileSize);
        var size = Number64(start, 24);
        return size is > 0 and <= LargestDisk
            ? new Qcow2Header { VirtualSize = (long)size }
            : throw new ImageRejectedException($"The image says it is a disk of {size} bytes, which cannot be.");
    }

    private static void CheckVersionThree(ReadOnlySpan<byte> start)
    {
        var headerLength = start.Length >= VersionThreeLength ? Number32(start, 100) : throw Damaged();
        if (headerLength < VersionThreeLength || headerLength % 8 != 0)
            throw Damaged();
        var features = Number64(start, 72);
        if ((features & ExternalDataFile) != 0)
            throw new ImageRejectedException(
                "The image keeps its data in another file; only images that are complete in themselves are taken.");
        if ((features & ~(Dirty | CompressionType | ExtendedEntries)) != 0)
            throw new ImageRejectedException("The image is marked corrupt or needs features that are not known.");
    }

    /// <summary>Checks that the tables that the header points to are aligned to clusters and lie within the
    /// file.</summary>
    private static void CheckTables(ReadOnlySpan<byte> start, long fileSize)
    {
        var clusterBits = Number32(start, 20);
        if (clusterBits is < 9 or > 21)
            throw Damaged();
        var cluster = 1UL << (int)clusterBits;
        foreach (var table in (ReadOnlySpan<ulong>)[Number64(start, 40), Number64(start, 48)])
        {
            if (table == 0 || table % cluster != 0 || table >= (ulong)fileSize)
                throw Damaged();
        }
    }

    private static uint Number32(ReadOnlySpan<byte> start, int at) => BinaryPrimitives.ReadUInt32BigEndian(start[at..]);

    private static ulong Number64(ReadOnlySpan<byte> start, int at)
        => BinaryPrimitives.ReadUInt64BigEndian(start[at..]);

    private static ImageRejectedException Damaged() => new("The image's qcow2 header is damaged or cut short.");
}
