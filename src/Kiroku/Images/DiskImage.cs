using Kiroku.Hypervisors;

namespace Kiroku.Images;

/// <summary>
/// What an image's bytes really are. Nobody's word is taken for it: QEMU follows what a file says of itself, so a
/// header that names another file would give a guest the host's files.
/// </summary>
internal sealed record DiskImage(VolumeFormat Format, long VirtualSize)
{
    /// <summary>Sees that the file's content is a disk of the format declared.</summary>
    /// <exception cref="ImageRejectedException">It is no disk, not of that format, or one that is not to be
    /// trusted.</exception>
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

    /// <summary>What the content is, whatever it is declared as; all that is not qcow2 is raw.</summary>
    /// <exception cref="ImageRejectedException">It is qcow2 that is not to be trusted.</exception>
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
