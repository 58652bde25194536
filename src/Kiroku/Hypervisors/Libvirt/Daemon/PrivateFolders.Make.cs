using System.Text;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <content>Makes the folders, and the files in them that the daemon does not write.</content>
internal sealed partial class PrivateFolders
{
    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Readable = Closed | UnixFileMode.GroupExecute;
    private const UnixFileMode Passable = Readable | UnixFileMode.OtherExecute;
    private const UnixFileMode OursToWrite = Closed
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>The folders beside the settings that libvirtd writes.</summary>
    private static readonly string[] WrittenByDaemon = ["qemu", "storage", "secrets"];

    /// <summary>
    /// Makes the folders, or takes them as they are: what the daemon and its machines write is the account's, and
    /// nobody else's to read; what we write is ours, and the account only reads it.
    /// </summary>
    /// <param name="account">Null: all is our own.</param>
    /// <param name="options">The options that name the folders of disks and consoles.</param>
    /// <param name="readers">The group of machines that run and pass through to their disks; null where none
    /// does.</param>
    public void Make(DaemonAccount? account, LibvirtOptions options, uint? readers)
    {
        (uint, uint)? own = account is null ? null : (FileStatus.Self, FileStatus.SelfGroup);
        (uint, uint)? theirs = account is null ? null : (account.User, account.Group);
        Directory.CreateDirectory(DataFolder);
        using var data = ForeignFolder.Open(DataFolder);
        using (var root = data.Make("libvirt", own, OursToWrite))
        {
            // From the top down: nobody else changes what is in a folder once the folder is ours.
            using var configuration = root.Make(Path.GetFileName(Configuration), own, OursToWrite);
            using var settings = configuration.Make("libvirt", own, OursToWrite);
            foreach (var name in WrittenByDaemon)
                settings.Make(name, theirs, Closed).Dispose();
            foreach (var folder in new[] { Cache, Data, State, Runtime })
                root.Make(Path.GetFileName(folder), theirs, Closed).Dispose();
            if (account is not null)
                MakeForIsolation(root, own, theirs);
        }
        foreach (var folder in new[] { options.VolumesFolder, options.ConsolesFolder })
        {
            // A link in our own folder was made by a person, who knows where it leads.
            if (new DirectoryInfo(folder).LinkTarget is not null)
                continue;
            if (account is not null && folder == options.VolumesFolder && readers is { } group)
                data.Make(Path.GetFileName(folder), (account.User, group), Readable).Dispose();
            else
                data.Make(Path.GetFileName(folder), theirs, Closed).Dispose();
        }
    }

    /// <summary>
    /// Makes the folder in which a private root begins, and the one that machines pass through on their way to what
    /// libvirt keeps for each.
    /// </summary>
    private static void MakeForIsolation(ForeignFolder root, (uint, uint)? own, (uint, uint)? theirs)
    {
        root.Make("n", own, OursToWrite).Dispose();
        root.Make("v", theirs, Passable).Dispose();
    }

    /// <summary>
    /// Writes a file in a folder of ours anew, whatever an account had put there while the folder was its own.
    /// </summary>
    public static void Replace(string file, string content)
    {
        // A folder is moved aside: its content is the account's, and could change while it is being deleted.
        if (Directory.Exists(file) && new FileInfo(file).LinkTarget is null)
            Directory.Move(file, $"{file}.{Guid.NewGuid():N}");
        else
            File.Delete(file);
        using var written = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        written.Write(Encoding.UTF8.GetBytes(content));
    }

    /// <summary>
    /// Makes the short link, where there has to be one. A link that another account made would lead wherever that
    /// account likes.
    /// </summary>
    public void MakeAlias()
    {
        if (!NeedsAlias)
            return;
        var found = new DirectoryInfo(Root).LinkTarget;
        if (found == RealRoot && FileStatus.OfItself(Root).Owner == FileStatus.Self)
            return;
        try
        {
            File.Delete(Root);
            Directory.CreateSymbolicLink(Root, RealRoot);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StartFailure.Of(
                $"{Root} is another account's and would have to be a link to {RealRoot}; "
                + "choose a data folder with a shorter path",
                e);
        }
    }
}
