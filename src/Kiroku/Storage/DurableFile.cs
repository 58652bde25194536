using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Kiroku.Storage;

/// <summary>Private files of the service that exist completely or not at all, even after a power cut.</summary>
internal static partial class DurableFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int CloseOnExec = 0x80000;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    /// <summary>Makes a folder if it is missing, and closes it to other accounts in any case.</summary>
    public static DirectoryInfo Folder(string path)
    {
        var folder = Directory.CreateDirectory(path, PrivateFolder);
        folder.UnixFileMode = PrivateFolder;
        return folder;
    }

    /// <summary>Makes an empty file if it is missing.</summary>
    public static void Ensure(string file)
        => new FileStream(file,
            new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = Private })
                .Dispose();

    /// <summary>Creates a file under a temporary name. <see cref="Publish"/> gives it its final name.</summary>
    public static FileStream Create(string temporary) => new(temporary, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        UnixCreateMode = Private,
        Options = FileOptions.Asynchronous,
        BufferSize = 0,
    });

    /// <summary>Closes a written file and gives it its final name.</summary>
    public static void Publish(FileStream written, string file)
    {
        var temporary = written.Name;
        written.Flush(flushToDisk: true);
        written.Dispose();
        File.Move(temporary, file, overwrite: true);
        FlushFolder(Path.GetDirectoryName(file)!);
    }

    public static void WriteAll(string file, ReadOnlySpan<byte> content)
    {
        using var written = Create($"{file}.new");
        written.Write(content);
        Publish(written, file);
    }

    /// <summary>Makes a folder's entries durable, for which .NET has no call.</summary>
    private static void FlushFolder(string folder)
    {
        var descriptor = Open(folder, CloseOnExec);
        if (descriptor < 0)
            throw new IOException($"Cannot open {folder}.", new Win32Exception(Marshal.GetLastPInvokeError()));
        try
        {
            if (Flush(descriptor) < 0)
                throw new IOException($"Cannot flush {folder}.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
