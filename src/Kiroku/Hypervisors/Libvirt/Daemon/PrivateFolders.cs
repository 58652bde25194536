using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>
/// The folders and files of a private daemon: all under <c>libvirt/</c> in the data folder, with short names.
/// </summary>
internal sealed partial class PrivateFolders
{
    /// <summary>
    /// The longest path of the folder: a socket's path ends at 107 bytes, and QEMU's monitor lies 66 below the folder.
    /// </summary>
    private const int LongestRoot = 40;

    /// <summary>The file under <see cref="Runtime"/> in which the daemon writes its process id.</summary>
    public const string ProcessFile = "libvirtd.pid";

    /// <summary>The daemon's socket under <see cref="Runtime"/>.</summary>
    public const string Socket = "libvirt-sock";

    private const string NotesOfMachines = "libvirt/qemu/run";
    private const int LongestId = 16;

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

    /// <summary>The folder in which the daemon reads its settings, and writes definitions into folders.</summary>
    private string DaemonConfiguration => Path.Combine(Configuration, "libvirt");

    public string Cache => Path.Combine(Root, "a");

    public string Data => Path.Combine(Root, "d");

    public string State => Path.Combine(Root, "s");

    public string Runtime => Path.Combine(Root, "r");

    public string DaemonSettings => Path.Combine(Root, "libvirtd.conf");

    public string MachineSettings => Path.Combine(DaemonConfiguration, "qemu.conf");

    /// <summary>
    /// The file with the daemon's output. It is not in a folder of the daemon's account, as our shell opens it.
    /// </summary>
    public string Output => Path.Combine(Root, "output.log");

    /// <summary>The file with the first of the user ids that machines run as. Only we write it.</summary>
    public string Uids => Path.Combine(Root, "uids");

    /// <summary>The file that is locked by the process that starts a daemon. Only we write it.</summary>
    public string Turn => Path.Combine(Root, "starting");

    /// <summary>
    /// The processes of machines, as the daemon noted them; some may be gone, and its account may write what it likes.
    /// </summary>
    public IEnumerable<int> ReadMachineProcesses()
    {
        if (!Directory.Exists(Runtime))
            yield break;
        using var runtime = ForeignFolder.Open(Runtime);
        var notes = runtime.List(NotesOfMachines).Where(name => name.EndsWith(".pid", StringComparison.Ordinal));
        foreach (var name in notes)
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

    private static int? ReadNote(ForeignFolder folder, string name)
    {
        try
        {
            var text = folder.ReadText(name, LongestId);
            return int.TryParse(text, CultureInfo.InvariantCulture, out var process) ? process : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Digest(string text)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];
}
