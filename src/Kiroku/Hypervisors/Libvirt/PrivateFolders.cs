using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>Where a private daemon keeps everything: under <c>libvirt/</c> in the data folder, with short names.</summary>
internal sealed class PrivateFolders
{
    /// <summary>A socket's path ends at 107 bytes, and QEMU's monitor lies 66 below the folder.</summary>
    private const int LongestRoot = 40;

    /// <summary>Under <see cref="Runtime"/>; the daemon writes its process id there.</summary>
    public const string ProcessFile = "libvirtd.pid";

    /// <summary>Under <see cref="Runtime"/>.</summary>
    public const string Socket = "libvirt-sock";

    private const string NotesOfMachines = "libvirt/qemu/run";
    private const int LongestId = 16;
    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Readable = Closed | UnixFileMode.GroupExecute;
    private const UnixFileMode Passable = Readable | UnixFileMode.OtherExecute;
    private const UnixFileMode OursToWrite = Closed
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Folders beside its settings that libvirtd makes and writes.</summary>
    private static readonly string[] WrittenByDaemon = ["qemu", "storage", "secrets"];

    public PrivateFolders(string dataFolder)
    {
        if (!Path.IsPathFullyQualified(dataFolder))
            throw new ArgumentException($"The data folder must be absolute: {dataFolder}", nameof(dataFolder));
        DataFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        var aliasFolder = Environment.IsPrivilegedProcess ? "/run" : Path.GetTempPath();
        RealRoot = Path.Combine(DataFolder, "libvirt");
        NeedsAlias = Encoding.UTF8.GetByteCount(RealRoot) > LongestRoot;
        Root = NeedsAlias ? Path.Combine(aliasFolder, $"kiroku-{Digest(RealRoot)}") : RealRoot;
    }

    public string DataFolder { get; }

    public string RealRoot { get; }

    /// <summary>The real folder, or a short link to it where it lies too deep for sockets.</summary>
    public string Root { get; }

    public bool NeedsAlias { get; }

    public string Configuration => Path.Combine(Root, "c");

    /// <summary>The daemon reads its settings here, and writes definitions into folders in it.</summary>
    private string DaemonConfiguration => Path.Combine(Configuration, "libvirt");

    public string Cache => Path.Combine(Root, "a");

    public string Data => Path.Combine(Root, "d");

    public string State => Path.Combine(Root, "s");

    public string Runtime => Path.Combine(Root, "r");

    public string DaemonSettings => Path.Combine(Root, "libvirtd.conf");

    public string MachineSettings => Path.Combine(DaemonConfiguration, "qemu.conf");

    /// <summary>What the daemon has to say. Not in a folder of its account: our shell opens it.</summary>
    public string Output => Path.Combine(Root, "output.log");

    /// <summary>The first of the user ids that machines run as. Ours to write.</summary>
    public string Uids => Path.Combine(Root, "uids");

    /// <summary>Held by whoever starts a daemon. Ours to write.</summary>
    public string Turn => Path.Combine(Root, "starting");

    /// <summary>The processes of machines, as the daemon noted them; some may be gone, and its account may write what it likes.</summary>
    public IEnumerable<int> ReadMachineProcesses()
    {
        if (!Directory.Exists(Runtime))
            yield break;
        using var runtime = ForeignFolder.Open(Runtime);
        foreach (var name in runtime.List(NotesOfMachines).Where(name => name.EndsWith(".pid", StringComparison.Ordinal)))
        {
            if (ReadNote(runtime, $"{NotesOfMachines}/{name}") is { } process)
                yield return process;
        }
    }

    /// <summary>Whether a daemon that is gone has left machines running, by its notes.</summary>
    public bool HasNotesOfMachines()
    {
        if (!Directory.Exists(Runtime))
            return false;
        using var runtime = ForeignFolder.Open(Runtime);
        return runtime.List(NotesOfMachines).Any(name => name.EndsWith(".xml", StringComparison.Ordinal));
    }

    /// <summary>
    /// Makes the folders, or takes them as they are: what the daemon and its machines write is the account's, and nobody
    /// else's to read; what we write is ours, and the account only reads it.
    /// </summary>
    /// <param name="account">Null: all is our own.</param>
    /// <param name="options">Where disks and consoles are.</param>
    /// <param name="readers">The group of machines that run and pass through to their disks; null where none does.</param>
    public void Make(DaemonAccount? account, LibvirtOptions options, uint? readers)
    {
        (uint, uint)? own = account is null ? null : (FileStatus.Self, FileStatus.SelfGroup);
        (uint, uint)? theirs = account is null ? null : (account.User, account.Group);
        Directory.CreateDirectory(DataFolder);
        using var data = ForeignFolder.Open(DataFolder);
        using (var root = data.Make("libvirt", own, OursToWrite))
        {
            // From above down: what is in a folder stays as it is once the folder is ours.
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
            // A link among our own is a person's, who sees to where it leads.
            if (new DirectoryInfo(folder).LinkTarget is not null)
                continue;
            if (account is not null && folder == options.VolumesFolder && readers is { } group)
                data.Make(Path.GetFileName(folder), (account.User, group), Readable).Dispose();
            else
                data.Make(Path.GetFileName(folder), theirs, Closed).Dispose();
        }
    }

    /// <summary>
    /// Where a private root begins, and what machines pass through there on their way to what libvirt keeps for each.
    /// </summary>
    private static void MakeForIsolation(ForeignFolder root, (uint, uint)? own, (uint, uint)? theirs)
    {
        root.Make("n", own, OursToWrite).Dispose();
        root.Make("v", theirs, Passable).Dispose();
    }

    private static int? ReadNote(ForeignFolder folder, string name)
    {
        try
        {
            return int.TryParse(folder.ReadText(name, LongestId), CultureInfo.InvariantCulture, out var process) ? process : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a file in a folder of ours anew, whatever an account had put there while the folder was its own.</summary>
    public static void Replace(string file, string content)
    {
        // A folder goes aside: what is in it is the account's, and could change while it is being deleted.
        if (Directory.Exists(file) && new FileInfo(file).LinkTarget is null)
            Directory.Move(file, $"{file}.{Guid.NewGuid():N}");
        else
            File.Delete(file);
        using var written = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        written.Write(Encoding.UTF8.GetBytes(content));
    }

    /// <summary>Makes the short link, where there has to be one. One that another account made would lead where that likes.</summary>
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
            throw new HypervisorException(
                HypervisorFailure.Unavailable, PrivateLibvirtd.Starting,
                $"{Root} is another account's and would have to be a link to {RealRoot}; choose a data folder with a shorter path",
                e);
        }
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];
}
