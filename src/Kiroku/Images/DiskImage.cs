using Kiroku.Hypervisors;

namespace Kiroku.Images;

/// <summary>
/// What an image's bytes really are. Nobody's word is taken for it: QEMU follows what a file says of itself, so a header
/// that names another file would give a guest the host's files.
/// </summary>
internal sealed record DiskImage(VolumeFormat Format, long VirtualSize)
{
    /// <summary>Reads the file's header.</summary>
    /// <exception cref="ImageRejectedException">It is no disk, not of the format declared, or one that is not to be trusted.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DiskImage Inspect(string file, string? declaredFormat)
    {
        using var content = File.OpenHandle(file);
        var size = RandomAccess.GetLength(content);
        var start = new byte[Qcow2Header.Longest];
        var length = ReadStart(content, start);
        var isQcow2 = Qcow2Header.Matches(start.AsSpan(0, length));
        return declaredFormat switch
        {
            _ when size == 0 => throw new ImageRejectedException("The image is empty."),
            "qcow2" when !isQcow2 => throw new ImageRejectedException("The image is declared qcow2 but its content is not."),
            "qcow2" => new DiskImage(VolumeFormat.Qcow2, Qcow2Header.Read(start.AsSpan(0, length), size).VirtualSize),
            "raw" when isQcow2 => throw new ImageRejectedException("The image is declared raw but its content is qcow2."),
            "raw" => new DiskImage(VolumeFormat.Raw, size),
            null => throw new ImageRejectedException("The image declares no disk format."),
            _ => throw new ImageRejectedException($"Images of the disk format {declaredFormat} are not supported; qcow2 and raw are."),
        };
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
