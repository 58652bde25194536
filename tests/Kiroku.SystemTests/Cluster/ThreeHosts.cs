using System.Text;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;
using Kiroku.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.SystemTests.Cluster;

/// <summary>
/// Three processes on one PostgreSQL, each with a private libvirtd and real machines. Only the first has the guest
/// image, and a resize always moves the server.
/// </summary>
internal sealed class ThreeHosts : IAsyncDisposable
{
    private static readonly string[] Names = ["a", "b", "c"];

    private readonly StringBuilder output = new();
    private readonly Dictionary<string, ServiceProcess> processes = [];
    private readonly string root = Path.Combine(Path.GetTempPath(), "kh" + Guid.NewGuid().ToString("N")[..6]);
    private string database = "";

    public Cloud Demo { get; private set; } = null!;

    public Cloud Admin { get; private set; } = null!;

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    public static async Task<ThreeHosts> StartAsync()
    {
        RealParts.Require("/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-img", GuestImage.File);
        var hosts = new ThreeHosts { database = await PostgresServer.CreateDatabaseAsync() };
        foreach (var name in Names)
            await hosts.StartAsync(name);
        await hosts.SignInAsync("a");
        await Poll.UntilAsync("three hosts to be up", async () =>
            (await hosts.Admin.ReadAsync("/v2.1/os-hypervisors"))["hypervisors"]!.AsArray().Count(
                host => (string)host!["state"]! == "up") == Names.Length);
        return hosts;
    }

    public async Task StartAsync(string name)
    {
        Directory.CreateDirectory(FolderOf(name));
        var settings = new Dictionary<string, string>
        {
            ["Scheduling__AllowResizeToSameHost"] = "false",
            // The scheduler does not pass over a host with a small disk.
            ["Scheduling__DiskAllocationRatio"] = "1000",
            ["Servers__SweepInterval"] = "00:00:02",
            ["Servers__RestTimeout"] = "00:00:01",
        };
        if (name == "a")
            settings["GUEST_IMAGE"] = GuestImage.File;
        processes[name] = await ServiceProcess.StartAsync(
            FolderOf(name), settings, output, "--host", name, "--database", database);
    }

    /// <summary>Sends requests to that node from now on.</summary>
    public async Task SignInAsync(string name)
    {
        var clouds = Path.Combine(FolderOf("a"), "clouds.yaml");
        Demo = await Cloud.SignInAsync(processes[name].Address, clouds, "demo");
        Admin = await Cloud.SignInAsync(processes[name].Address, clouds, "admin");
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync(string name) => processes[name].KillAsync();

    public Task SignalAsync(string name, string signal) => processes[name].SignalAsync(signal);

    /// <summary>The exit code of a node that ends by itself.</summary>
    public Task<int> EndedAsync(string name) => processes[name].EndedAsync();

    /// <summary>A small disk to mount in place of a host's.</summary>
    public SmallDisk SmallDiskOf(string host) => new(Path.Combine(FolderOf(host), "volumes"));

    /// <summary>The files in a host's pool that belong to a server, including unfinished ones.</summary>
    public IEnumerable<string> DisksOn(string host, string server)
        => Directory.EnumerateFiles(Path.Combine(FolderOf(host), "volumes"), $"*{server}*").Select(
            file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    /// <summary>The ids of the QEMU processes that run a server's machine, on any host.</summary>
    public static IReadOnlyList<int> MachinesOf(string server) => [.. Directory.EnumerateDirectories("/proc")
        .Where(folder =>
            int.TryParse(Path.GetFileName(folder), out _)
                && CommandLine(folder).Contains($"guest=kiroku-{server}", StringComparison.Ordinal))
        .Select(folder => int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture))];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Values)
            await process.DisposeAsync();
        foreach (var name in processes.Keys)
            await LibvirtRoom
                .PrivateDaemonOf(new() { DataFolder = FolderOf(name) }, TimeProvider.System, NullLogger.Instance)
                .StopAsync(CancellationToken.None);
        if (Directory.Exists(root))
            Directory.Delete(root, recursive: true);
    }

    private string FolderOf(string name) => Path.Combine(root, name);

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
