namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>The private daemon's command, its settings, and the variables that surround it.</summary>
internal static class DaemonSettings
{
    /// <summary>The number of our calls that the daemon takes at one time.</summary>
    public const int ParallelCalls = 16;

    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The settings for machines. Without them QEMU's output goes to virtlogd, one more daemon.</summary>
    public const string OfMachines = """
        stdio_handler = "file"
        max_core = 0

        """;

    /// <summary>
    /// The settings for machines of a daemon that takes itself for root: each machine's account is in its definition,
    /// and what needs the host's own root is off.
    /// </summary>
    public const string OfIsolatedMachines = OfMachines + """
        user = "libvirt-qemu"
        group = "libvirt-qemu"
        dynamic_ownership = 1
        remember_owner = 0
        cgroup_controllers = []
        namespaces = []
        hugetlbfs_mount = []

        """;

    /// <summary>
    /// The daemon's own settings. It hears nothing more from a client while max_client_requests of its calls are under
    /// way.
    /// </summary>
    public static string OfDaemon(PrivateFolders folders) => $"""
        log_outputs = "3:stderr"
        unix_sock_dir = "{folders.Runtime}"
        unix_sock_ro_perms = "0700"
        unix_sock_rw_perms = "0700"
        auth_unix_ro = "none"
        auth_unix_rw = "none"
        min_workers = 2
        max_workers = 32
        max_client_requests = {ParallelCalls * 2}
        max_clients = 64

        """;

    public static Dictionary<string, string> Surroundings(PrivateFolders folders) => new()
    {
        ["PATH"] = SearchPath,
        ["HOME"] = folders.Root,
        ["XDG_CONFIG_HOME"] = folders.Configuration,
        ["XDG_CACHE_HOME"] = folders.Cache,
        ["XDG_DATA_HOME"] = folders.Data,
        ["XDG_STATE_HOME"] = folders.State,
        ["XDG_RUNTIME_DIR"] = folders.Runtime,
    };

    /// <exception cref="HypervisorException">libvirtd or qemu-img is not installed.</exception>
    public static string[] FindCommand(PrivateFolders folders)
    {
        if (!IsInstalled("libvirtd") || !IsInstalled("qemu-img"))
        {
            throw StartFailure.Of(
                HypervisorFailure.NotSupported,
                "it is not installed "
                + "(on Debian: libvirt-daemon libvirt-daemon-driver-qemu qemu-system-x86 qemu-utils)");
        }
        var processFile = Path.Combine(folders.Runtime, PrivateFolders.ProcessFile);
        string[] daemon = ["libvirtd", "-f", folders.DaemonSettings, "-p", processFile];
        // libvirt waits until a dead QEMU is collected; under a slow first process that takes two seconds.
        return IsInstalled("tini") ? ["tini", "-s", "--", .. daemon] : daemon;
    }

    private static bool IsInstalled(string command)
        => SearchPath.Split(':').Any(folder => File.Exists(Path.Combine(folder, command)));
}
