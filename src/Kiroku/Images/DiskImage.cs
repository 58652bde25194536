using Kiroku.Hypervisors;

namespace Kiroku.Images;

/// <summary>
/// The real format and size of an image's bytes, whatever its owner declares. QEMU follows the header, so a header
/// that refers to another file could give a guest the host's files.
/// </summary>
internal sealed record DiskImage(VolumeFormat Format, long VirtualSize)
{
    /// <summary>The format that raw bytes begin as, though they are not taken for it; null for none.</summary>
    public string? Foreign { get; init; }

    /// <summary>Why no server can be made from images of that declared format; null if servers can.</summary>
    public static string? RefusalOf(string? declaredFormat) => declaredFormat switch
    {
        "qcow2" or "raw" => null,
        null => "The image declares no disk format.",
        _ => $"Images of the disk format {declaredFormat} are not supported; qcow2 and raw are.",
    };

    /// <summary>Makes sure that a file holds a disk of the declared format.</summary>
    /// <exception cref="ImageRejectedException">The file is not a disk, has another format, or is not
    /// safe.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DiskImage Inspect(string file, string? declaredFormat)
    {
        if (RefusalOf(declaredFormat) is { } refusal)
            throw new ImageRejectedException(refusal);
        var found = Recognise(file);
        if (found.VirtualSize == 0)
            throw new ImageRejectedException("The image is empty.");
        return (declaredFormat, found) switch
        {
            ("qcow2", { Format: VolumeFormat.Qcow2 }) or ("raw", { Format: VolumeFormat.Raw, Foreign: null }) => found,
            ("qcow2", _) => throw new ImageRejectedException("The image is declared qcow2 but its content is not."),
            (_, { Foreign: "luks" }) => throw new ImageRejectedException(
                "The image is declared raw but its content is encrypted by LUKS, which is not supported."),
            _ => throw new ImageRejectedException(
                $"The image is declared raw but its content is {found.Foreign ?? "qcow2"}."),
        };
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
        var read = start.AsSpan(0, FilePiece.ReadInto(content, 0, start));
        return Qcow2Header.Matches(read)
            ? new DiskImage(VolumeFormat.Qcow2, Qcow2Header.Read(read, size).VirtualSize)
            : new DiskImage(VolumeFormat.Raw, size) { Foreign = ForeignDisk.Recognise(read) };
    }
}
