using Microsoft.Win32.SafeHandles;

namespace Kiroku.Files;

/// <summary>
/// A folder in which another account may put links, pipes and devices at any moment. It is opened once, and what lies
/// in it is looked at before it is opened, so that whatever stands there, nothing outside is touched and nobody is
/// waited for.
/// </summary>
internal sealed partial class ForeignFolder : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle handle;

    private ForeignFolder(string path, SafeFileHandle handle) =>
        (this.path, this.handle, Owner) = (path, handle, FileStatus.Of(handle).Owner);

    /// <summary>The account whose folder it is.</summary>
    public uint Owner { get; }

    /// <summary>Where it is, without links.</summary>
    public string RealPath => new FileInfo(PathOf(handle)).LinkTarget!;

    /// <summary>The folder; those above it have to be no other account's.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static ForeignFolder Open(string path) => new(path, OpenAt(Here, path, path, PathOnly | FolderOnly));

    /// <summary>Opens a file for reading, writing or both.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="ForeignFileException">It is something else, or only lies here under a second name.</exception>
    public SafeFileHandle OpenFile(string name, FileAccess access)
    {
        using var found = Find(name);
        var status = FileStatus.Of(found);
        if (!status.IsRegular) throw new ForeignFileException($"{Of(name)} is no file");
        // A hard link to what is ours, or was before somebody removed its first name.
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

    /// <summary>Gives a file to an account. Nothing is done with what is no file of the folder's alone.</summary>
    public void Give(string name, uint user, uint group)
    {
        using var file = OpenFile(name, FileAccess.Read);
        if (fchown((int)file.DangerousGetHandle(), user, group) != 0) throw Failed(Of(name), "give away");
    }

    /// <summary>Takes hold of a socket that the folder's account made, for a path to it and nothing else.</summary>
    /// <exception cref="ForeignFileException">It is something else, or another account's.</exception>
    public SafeFileHandle OpenSocket(string name)
    {
        var found = Find(name);
        if (FileStatus.Of(found) is { IsSocket: true } status && status.Owner == Owner) return found;
        found.Dispose();
        throw new ForeignFileException($"{Of(name)} is no socket of the folder's account");
    }

    /// <summary>A path to what a handle holds, wherever that may be by now.</summary>
    public static string PathOf(SafeFileHandle held) => $"/proc/self/fd/{held.DangerousGetHandle()}";

    /// <summary>The names in a folder in here; none where it is not there.</summary>
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

    /// <summary>Removes a name, be it a link's; what is not there is removed, and a folder stays.</summary>
    public void Delete(string name) => DeleteAt(name);

    /// <summary>
    /// A folder in here, made if it is missing, given to its owner and closed to others as the mode says.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="owner">Null: as it is.</param>
    /// <param name="mode">What everybody may do there.</param>
    /// <exception cref="ForeignFileException">Something else stands there.</exception>
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

    // One name after the other, so that none of them is a link. What is held so is not opened yet.
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

/// <summary>Something stands in a file's place that another account may have put there; it is not opened.</summary>
internal sealed class ForeignFileException(string message) : IOException(message);
