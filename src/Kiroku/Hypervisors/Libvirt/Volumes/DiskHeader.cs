using System.Buffers.Binary;
using System.Text;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>Reads which file a qcow2 disk's header refers to.</summary>
internal static class DiskHeader
{
    /// <summary>
    /// The most bytes of a header: all of it lies in the first cluster, and QEMU's clusters are of 64 KiB.
    /// </summary>
    public const int MostBytes = 64 * 1024;

    private const uint Magic = 0x514649fb;
    private const ulong ExternalDataFile = 4;
    private const uint FormatOfBase = 0xe2792aca;
    private const int LongestName = 1023;

    /// <summary>
    /// The file that the disk stands on and that file's format, word for word; null for a disk that stands on none.
    /// </summary>
    /// <exception cref="RefusedException">The disk keeps its data elsewhere, or its header cannot be
    /// understood.</exception>
    public static (string File, string Format)? ReadBase(ReadOnlySpan<byte> header)
    {
        if (header.Length < 104 || Number(header, 0) != Magic)
            return null;
        var isNew = Number(header, 4) >= 3;
        if (isNew && (Long(header, 72) & ExternalDataFile) != 0)
            throw Refused();
        if (Long(header, 8) is var offset && offset == 0)
            return null;
        var name = Text(header, offset, Math.Min(Number(header, 16), LongestName + 1));
        return (name, ReadFormat(header, isNew ? Number(header, 100) : 72));
    }

    /// <summary>
    /// The format of the base. A header without one is refused: QEMU would guess it by the base's bytes, which its
    /// owner wrote.
    /// </summary>
    private static string ReadFormat(ReadOnlySpan<byte> header, ulong extension)
    {
        while (extension + 8 <= (ulong)header.Length && Number(header, (int)extension) is var kind and not 0)
        {
            var length = Number(header, (int)extension + 4);
            if (kind == FormatOfBase)
                return Text(header, extension + 8, length);
            extension += 8 + (length + 7ul & ~7ul);
        }
        throw Refused();
    }

    private static string Text(ReadOnlySpan<byte> header, ulong offset, uint length)
        => length <= LongestName && offset + length > offset && offset + length <= (ulong)header.Length
            ? Encoding.UTF8.GetString(header.Slice((int)offset, (int)length))
            : throw Refused();

    private static uint Number(ReadOnlySpan<byte> header, int offset)
        => BinaryPrimitives.ReadUInt32BigEndian(header[offset..]);

    private static ulong Long(ReadOnlySpan<byte> header, int offset)
        => BinaryPrimitives.ReadUInt64BigEndian(header[offset..]);

    private static RefusedException Refused() => new(HypervisorFailure.NotSupported, "the disk refers to another file");
}
