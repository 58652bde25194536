using Kiroku.Hypervisors;

namespace Kiroku.Images;

/// <summary>
/// The real format and size of an image's bytes, whatever its owner declares. QEMU follows the header, so a header
/// that refers to another file could give a guest the host's files.
/// </summary>
internal sealed record DiskImage(VolumeFormat Format, long VirtualSize)
{
    /// <summary>Makes sure that a file holds a disk of the declared format.</summary>
    /// <exception cref="ImageRejectedException">The file is not a disk, has another format, or is not
    /// safe.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DiskImage Inspect(string file, string? declaredFormat)
    {
        VolumeFormat format = declaredFormat switch
        {
            "qcow2" => VolumeFormat.Qcow2,
            "raw" => VolumeFormat.Raw,
            null => throw new ImageRejectedException("The image declares no disk format."),
            _ => throw new ImageRejectedException(
                $"Images of the disk format {declaredFormat} are not supported; qcow2 and raw are."),
        };
        var found = Recognise(file);
        if (found.VirtualSize == 0)
            throw new ImageRejectedException("The image is empty.");
        if (found.Format == format)
            return found;
        throw new ImageRejectedException(found.Format == VolumeFormat.Qcow2
            ? "The image is declared raw but its content is qcow2."
            : "The image is declared qcow2 but its content is not.");
    }

    /// <summary>Determines the format from the content, whatever was declared. Anything but qcow2 counts as
    /// raw.</summary>
    /// <exception cref="ImageRejectedException">It is qcow2, but not safe.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DiskImage Recognise(string file)
    {
        using var content = File.OpenHandle(file);
        var size = RandomAccess.GetLength(content);
        var start = new byte[Qcow2Header.Longest];
        var read = start.AsSpan(0, ReadStart(content, start));
        return Qcow2Header.Matches(read)
            ? new DiskImage(VolumeFormat.Qcow2, Qcow2Header.Read(read, size).VirtualSize)
            : new DiskImage(VolumeFormat.Raw, size);
    }

    private static int ReadStart(Microsoft.Win32.SafeHandles.SafeFileHandle content, Span<byte> start)
    {
        var length = 0;
        int read;
        while (length < start.Length && (read = RandomAccess.Read(content, start[length..], length)) > 0)
            length += read;
        return length;
    }
}
