using Microsoft.Win32.SafeHandles;

namespace Kiroku.Files;

/// <summary>
/// A folder in which another account may place links, pipes and devices at any moment. The folder is opened once, and
/// each entry is inspected before it is opened. So nothing outside the folder is touched, and no pipe or device can
/// make the service wait.
/// </summary>
internal sealed partial class ForeignFolder : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle handle;

    private ForeignFolder(string path, SafeFileHandle handle) =>
        (this.path, this.handle, Owner) = (path, handle, FileStatus.Of(handle).Owner);

    /// <summary>The account that owns the folder.</summary>
    public uint Owner { get; }

    /// <summary>The folder's path, with all links resolved.</summary>
    public string RealPath => new FileInfo(PathOf(handle)).LinkTarget!;

    /// <summary>Opens a folder. No other account may own the folders above it.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static ForeignFolder Open(string path) => new(path, OpenAt(Here, path, path, PathOnly | FolderOnly));

    /// <summary>Opens a file for reading, writing or both.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="ForeignFileException">The entry is not a regular file, or it is a hard link to a file
    /// elsewhere.</exception>
    public SafeFileHandle OpenFile(string name, FileAccess access)
    {
        using var found = Find(name);
        var status = FileStatus.Of(found);
        if (!status.IsRegular) throw new ForeignFileException($"{Of(name)} is no file");
        // A hard link to a file of ours; its first name may be gone already.
        if (status.Links > 1 || (status.Owner == FileStatus.Self && Owner != FileStatus.Self))
            throw new ForeignFileException($"{Of(name)} is a file from elsewhere");
        return File.OpenHandle(PathOf(found), FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>The first bytes of a file, as text.</summary>
    public string ReadText(string name, int maxBytes)
    {
        using var file = OpenFile(name, FileAccess.Read);
        var bytes = new byte[maxBytes];
        return System.Text.Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
    }

    /// <summary>Gives a file to another account. Refuses a file that has a second name elsewhere.</summary>
    public void Give(string name, uint user, uint group)
    {
        using var file = OpenFile(name, FileAccess.Read);
        if (fchown((int)file.DangerousGetHandle(), user, group) != 0) throw Failed(Of(name), "give away");
    }

    /// <summary>Opens a handle on a socket of the folder's owner, only to have a path to it.</summary>
    /// <exception cref="ForeignFileException">The entry is not a socket, or another account owns it.</exception>
    public SafeFileHandle OpenSocket(string name)
    {
        var found = Find(name);
        if (FileStatus.Of(found) is { IsSocket: true } status && status.Owner == Owner) return found;
        found.Dispose();
        throw new ForeignFileException($"{Of(name)} is no socket of the folder's account");
    }

    /// <summary>A path to what a handle holds, even if that was moved since.</summary>
    public static string PathOf(SafeFileHandle held) => $"/proc/self/fd/{held.DangerousGetHandle()}";

    /// <summary>The names in this folder or in one inside it; none if there is no such folder.</summary>
    public IReadOnlyList<string> List(string name = "")
    {
        try
        {
            using var found = name.Length == 0 ? null : Find(name, FolderOnly);
            return [
                .. Directory.EnumerateFileSystemEntries(PathOf(found ?? handle)).Select(
                    entry => Path.GetFileName(entry))];
        }
        catch (Exception exception) when (exception is FileNotFoundException or ForeignFileException)
        {
            return [];
        }
    }

    /// <summary>Removes a file or a link. Succeeds if the name does not exist; leaves folders alone.</summary>
    public void Delete(string name) => DeleteAt(name);

    /// <summary>Opens a folder inside this one. Makes it if it is missing, and sets its owner and mode.</summary>
    /// <param name="name">The folder's name.</param>
    /// <param name="owner">Its new owner; null leaves the owner as it is.</param>
    /// <param name="mode">Its permissions.</param>
    /// <exception cref="ForeignFileException">Something other than a folder has this name.</exception>
    public ForeignFolder Make(string name, (uint User, uint Group)? owner, UnixFileMode mode)
    {
        MakeAt(name);
        var made = OpenAt(Descriptor, name, Of(name), FolderOnly);
        try
        {
            Change(made, owner, mode);
            return new ForeignFolder(Of(name), made);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    public void Dispose() => handle.Dispose();

    // Goes down name by name, so that none of them can be a link. The handle only refers to the entry; it does not
    // open it.
    private SafeFileHandle Find(string name, int kind = 0)
    {
        var parts = name.Split('/');
        if (parts.Any(part => part is "" or "." or "..")) throw new ArgumentException(name, nameof(name));
        var found = OpenAt(Descriptor, parts[0], Of(name), PathOnly | (parts.Length > 1 ? FolderOnly : kind));
        for (var i = 1; i < parts.Length; i++)
        {
            using var above = found;
            var last = i == parts.Length - 1;
            found = OpenAt((int)above.DangerousGetHandle(), parts[i], Of(name), PathOnly | (last ? kind : FolderOnly));
        }

        return found;
    }

    private string Of(string name) => Path.Combine(path, name);
}

/// <summary>An entry in a foreign folder is not the kind of file expected, so it is not opened.</summary>
internal sealed class ForeignFileException(string message) : IOException(message);
