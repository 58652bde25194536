using System.Buffers.Binary;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>The header of a disk image, read before anything is copied.</summary>
internal sealed record ImageFile(string Path, VolumeFormat Format, long FileBytes, long DiskBytes)
{
    private const uint Qcow2Magic = 0x514649fb;
    private const ulong ExternalDataFile = 4;
    private const int HeaderBytes = 104;

    /// <summary>
    /// Reads the header; an image that refers to other files is refused, as they would be the host's.
    /// </summary>
    public static ImageFile Read(string path, VolumeFormat format)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (format == VolumeFormat.Raw)
                return new ImageFile(path, format, file.Length, file.Length);
            var header = new byte[HeaderBytes];
            var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            return new ImageFile(path, format, file.Length, ReadQcow2(header.AsSpan(0, read)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(HypervisorFailure.Failed, e.Message);
        }
    }

    /// <summary>
    /// The size of a qcow2 file's disk, by its first bytes; one that refers to other files is refused.
    /// </summary>
    public static long ReadQcow2(ReadOnlySpan<byte> file)
    {
        if (file.Length < 72 || Number(file, 0) != Qcow2Magic)
            throw new RefusedException(HypervisorFailure.NotSupported, "the file is not a qcow2 image");
        if (Long(file, 8) != 0
            || (Number(file, 4) >= 3 && file.Length >= HeaderBytes && (Long(file, 72) & ExternalDataFile) != 0))
            throw new RefusedException(HypervisorFailure.NotSupported, "the image refers to another file");
        return (long)Long(file, 24);
    }

    private static uint Number(ReadOnlySpan<byte> header, int offset)
        => BinaryPrimitives.ReadUInt32BigEndian(header[offset..]);

    private static ulong Long(ReadOnlySpan<byte> header, int offset)
        => BinaryPrimitives.ReadUInt64BigEndian(header[offset..]);
}
