using Kiroku.Api;
using Kiroku.Hypervisors;

namespace Kiroku.Images;

/// <summary>Compares the bytes that were uploaded with the format that their image declares, and measures the disk
/// (glance/location.py, set_data).</summary>
internal static class UploadedDisk
{
    /// <summary>
    /// The size of the disk, if the bytes match the declared format; null if only the image's users can tell: wrapped
    /// content is not inspected, and raw may be anything harmless.
    /// </summary>
    /// <exception cref="Fault">415: the bytes are in another format or not safe.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static long? SizeOf(string file, Image image)
    {
        if (image.ContainerFormat != "bare")
            return null;
        var (declared, found) = (image.DiskFormat, Recognise(file));
        if (declared == "raw")
            return new FileInfo(file).Length is var size and > 0 ? size : null;
        var content = found.Format == VolumeFormat.Qcow2 ? "qcow2" : found.Foreign;
        if (content != declared && (content is not null || declared == "qcow2"))
            throw new Fault(
                415, $"Image disk_format {declared} does not match stream data {content ?? "raw"}");
        return declared == "qcow2" ? found.VirtualSize : ForeignSizeOf(file, declared);
    }

    private static long? ForeignSizeOf(string file, string? format)
    {
        using var content = File.OpenHandle(file);
        return ForeignDisk.SizeOf(content, format);
    }

    private static DiskImage Recognise(string file)
    {
        try
        {
            return DiskImage.Recognise(file);
        }
        catch (ImageRejectedException e)
        {
            throw new Fault(415, $"Image failed safety checks: {e.Message}");
        }
    }
}
