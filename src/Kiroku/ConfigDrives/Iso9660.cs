using System.Runtime.InteropServices;
using static Kiroku.ConfigDrives.Libisofs;

namespace Kiroku.ConfigDrives;

/// <summary>
/// Makes ISO 9660 images in memory, where nobody can read the secrets in them. Long and lower-case names are in both
/// Rock Ridge, for Unix, and Joliet, for Windows.
/// </summary>
internal static unsafe class Iso9660
{
    private const int SectorBytes = 2048;

    /// <summary>The library keeps its state per process, so only one thread at a time may use it.</summary>
    private static readonly Lock Gate = new();
    private static bool ready;

    /// <param name="label">The volume's label, by which guests find it.</param>
    /// <param name="files">Contents by path. Folders are made as needed.</param>
    /// <exception cref="IsoException">The image could not be made.</exception>
    public static byte[] Make(string label, IReadOnlyDictionary<string, byte[]> files)
    {
        lock (Gate)
        {
            if (!ready)
            {
                Check(iso_init());
                // Errors are reported by exceptions, so libisofs must not print them.
                Check(iso_set_msgs_severities("NEVER", "NEVER", ""));
                ready = true;
            }
            Check(iso_image_new(label, out var image));
            try
            {
                Fill(image, files);
                return Write(image);
            }
            finally
            {
                iso_image_unref(image);
            }
        }
    }

    private static void Fill(nint image, IReadOnlyDictionary<string, byte[]> files)
    {
        var folders = new Dictionary<string, nint> { [""] = iso_image_get_root(image) };
        foreach (var (path, content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            var folder = FolderOf(image, folders, path);
            Check(iso_memory_stream_new(Copy(content), (nuint)content.Length, out var stream));
            Check(iso_image_add_new_file(image, folder, path[(path.LastIndexOf('/') + 1)..], stream, out _));
        }
    }

    private static nint FolderOf(nint image, Dictionary<string, nint> folders, string path)
    {
        var parent = path.LastIndexOf('/') is var end && end < 0 ? "" : path[..end];
        if (folders.TryGetValue(parent, out var folder))
            return folder;
        Check(iso_image_add_new_dir(
            image, FolderOf(image, folders, parent), parent[(parent.LastIndexOf('/') + 1)..], out folder));
        return folders[parent] = folder;
    }

    private static void* Copy(byte[] content)
    {
        var buffer = NativeMemory.Alloc((nuint)Math.Max(1, content.Length));
        content.CopyTo(new Span<byte>(buffer, content.Length));
        return buffer;
    }

    private static byte[] Write(nint image)
    {
        Check(iso_write_opts_new(out var options, profile: 0));
        try
        {
            Check(iso_write_opts_set_iso_level(options, 3));
            Check(iso_write_opts_set_rockridge(options, 1));
            Check(iso_write_opts_set_joliet(options, 1));
            // Otherwise the label would be in capitals and without its hyphen.
            Check(iso_write_opts_set_relaxed_vol_atts(options, 1));
            Check(iso_image_create_burn_source(image, options, out var source));
            return ReadAndFree(source);
        }
        finally
        {
            iso_write_opts_free(options);
        }
    }

    private static byte[] ReadAndFree(BurnSource* source)
    {
        try
        {
            var read = source->Read != null ? source->Read : source->ReadLater;
            var whole = new byte[source->GetSize(source)];
            fixed (byte* start = whole)
            {
                for (var at = 0; at < whole.Length; at += SectorBytes)
                {
                    if (read(source, start + at, SectorBytes) != SectorBytes)
                        throw new IsoException("The image ends too early.");
                }
            }
            return whole;
        }
        finally
        {
            source->FreeData(source);
            NativeMemory.Free(source);
        }
    }

    private static void Check(int code)
    {
        if (code < 0)
            throw new IsoException(Marshal.PtrToStringUTF8(iso_error_to_msg(code)) ?? $"libisofs says {code:x}.");
    }
}

/// <summary>libisofs could not make an ISO 9660 image.</summary>
internal sealed class IsoException(string message) : Exception(message);
