using System.Buffers.Binary;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>What a disk image's header says before anything is copied.</summary>
internal sealed record ImageFile(string Path, VolumeFormat Format, long FileBytes, long DiskBytes)
{
    private const uint Qcow2Magic = 0x514649fb;
    private const ulong ExternalDataFile = 4;

    /// <summary>Reads the header; an image that refers to other files is refused, as they would be the host's.</summary>
    public static ImageFile Read(string path, VolumeFormat format)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (format == VolumeFormat.Raw) return new ImageFile(path, format, file.Length, file.Length);
            var header = new byte[104];
            if (file.ReadAtLeast(header, 72, throwOnEndOfStream: false) < 72 || Number(header, 0) != Qcow2Magic)
                throw new RefusedException(HypervisorFailure.NotSupported, "the file is not a qcow2 image");
            if (Long(header, 8) != 0 || (Number(header, 4) >= 3 && (Long(header, 72) & ExternalDataFile) != 0))
                throw new RefusedException(HypervisorFailure.NotSupported, "the image refers to another file");
            return new ImageFile(path, format, file.Length, (long)Long(header, 24));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(HypervisorFailure.Failed, exception.Message);
        }
    }

    private static uint Number(byte[] header, int offset) => BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(offset));

    private static ulong Long(byte[] header, int offset) => BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(offset));
}
