using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>Where a private daemon keeps everything: under <c>libvirt/</c> in the data folder, with short names.</summary>
internal sealed class PrivateFolders
{
    // A socket's path ends at 107 bytes, and QEMU's monitor lies 66 below the folder.
    private const int LongestRoot = 40;

    private readonly string aliasFolder;

    public PrivateFolders(string dataFolder)
    {
        if (!Path.IsPathFullyQualified(dataFolder))
            throw new ArgumentException($"The data folder must be absolute: {dataFolder}", nameof(dataFolder));
        DataFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        aliasFolder = Environment.IsPrivilegedProcess ? "/run" : Path.GetTempPath();
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

    public string Cache => Path.Combine(Root, "a");

    public string Data => Path.Combine(Root, "d");

    public string State => Path.Combine(Root, "s");

    public string Runtime => Path.Combine(Root, "r");

    public string DaemonSettings => Path.Combine(Root, "libvirtd.conf");

    public string MachineSettings => Path.Combine(Configuration, "libvirt", "qemu.conf");

    public string Log => Path.Combine(Runtime, "libvirtd.log");

    public string Output => Path.Combine(Runtime, "output.log");

    /// <summary>The daemon's process id, written by the daemon.</summary>
    public string ProcessFile => Path.Combine(Runtime, "libvirtd.pid");

    public string Socket => Path.Combine(Runtime, "libvirt-sock");

    /// <summary>Where the daemon notes the machines that run.</summary>
    public string RunningMachines => Path.Combine(Runtime, "libvirt", "qemu", "run");

    public string Uri => $"qemu+unix:///session?socket={System.Uri.EscapeDataString(Socket)}";

    /// <summary>What the daemon's account has to own.</summary>
    public IEnumerable<string> OwnedByAccount(LibvirtOptions options) =>
    [
        Configuration, Path.GetDirectoryName(MachineSettings)!, Cache, Data, State, Runtime,
        options.VolumesFolder, options.ConsolesFolder,
    ];

    public void MakeAlias()
    {
        if (!NeedsAlias || new DirectoryInfo(Root).LinkTarget == RealRoot) return;
        File.Delete(Root);
        Directory.CreateSymbolicLink(Root, RealRoot);
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];
}
