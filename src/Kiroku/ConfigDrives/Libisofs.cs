using System.Runtime.InteropServices;

namespace Kiroku.ConfigDrives;

/// <summary>The functions of libisofs that are used. Names and numbers are the library's own.</summary>
internal static unsafe partial class Libisofs
{
    private const string Library = "libisofs.so.6";

    [LibraryImport(Library)]
    public static partial int iso_init();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int iso_set_msgs_severities(string queue, string print, string id);

    [LibraryImport(Library)]
    public static partial nint iso_error_to_msg(int code);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int iso_image_new(string name, out nint image);

    [LibraryImport(Library)]
    public static partial void iso_image_unref(nint image);

    [LibraryImport(Library)]
    public static partial nint iso_image_get_root(nint image);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int iso_image_add_new_dir(nint image, nint parent, string name, out nint folder);

    /// <summary>Takes ownership of the buffer and frees it, as malloc's, when the stream ends.</summary>
    [LibraryImport(Library)]
    public static partial int iso_memory_stream_new(void* buffer, nuint size, out nint stream);

    /// <summary>Takes ownership of the stream.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int iso_image_add_new_file(nint image, nint parent, string name, nint stream, out nint file);

    [LibraryImport(Library)]
    public static partial int iso_write_opts_new(out nint options, int profile);

    [LibraryImport(Library)]
    public static partial void iso_write_opts_free(nint options);

    [LibraryImport(Library)]
    public static partial int iso_write_opts_set_iso_level(nint options, int level);

    [LibraryImport(Library)]
    public static partial int iso_write_opts_set_rockridge(nint options, int enable);

    [LibraryImport(Library)]
    public static partial int iso_write_opts_set_joliet(nint options, int enable);

    [LibraryImport(Library)]
    public static partial int iso_write_opts_set_relaxed_vol_atts(nint options, int allow);

    [LibraryImport(Library)]
    public static partial int iso_image_create_burn_source(nint image, nint options, out BurnSource* source);

    /// <summary>struct burn_source: the stream from which the finished image is read.</summary>
    public struct BurnSource
    {
        public int References;
        public delegate* unmanaged[Cdecl]<BurnSource*, byte*, int, int> Read;
        public nint ReadSubchannel;
        public delegate* unmanaged[Cdecl]<BurnSource*, long> GetSize;
        public nint SetSize;
        public delegate* unmanaged[Cdecl]<BurnSource*, void> FreeData;
        public nint Next;
        public nint Data;
        public int Version;

        /// <summary>Replaces <see cref="Read"/> if that is null.</summary>
        public delegate* unmanaged[Cdecl]<BurnSource*, byte*, int, int> ReadLater;
    }
}
