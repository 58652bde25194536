using System.Diagnostics;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.SystemTests.Network;

/// <summary>
/// A libvirtd as the system's would be, with networks that give out addresses, in namespaces of its own. Its machines
/// end with it.
/// </summary>
internal sealed class NetworkedLibvirtd : IAsyncDisposable
{
    /// <summary>Twenty addresses, from 10.77.0.10 on.</summary>
    public const string Lan = "lan";

    /// <summary>Four addresses, from 10.78.0.10 on.</summary>
    public const string Tiny = "tiny";

    /// <summary>Twenty addresses, from 10.79.0.10 on, where cards can be filtered.</summary>
    public const string Walled = "walled";

    private static readonly string Script
        = Path.Combine(AppContext.BaseDirectory, "Network", "libvirtd-with-networks");

    private readonly Process process;
    private readonly string folder;

    private NetworkedLibvirtd(Process process, string folder) => (this.process, this.folder) = (process, folder);

    public string Uri => $"qemu+unix:///system?socket={System.Uri.EscapeDataString(SocketIn(folder))}";

    /// <summary>A process in its namespaces.</summary>
    public string Inside => File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(' ')[0];

    public static async Task<NetworkedLibvirtd> StartAsync()
    {
        RealParts.RequireRoot();
        RealParts.Require(
            "/usr/sbin/libvirtd", "/usr/sbin/dnsmasq", "/usr/sbin/ip", "/usr/bin/unshare", "/usr/bin/tini",
            "/dev/net/tun");
        var folder = Directory.CreateTempSubdirectory("kl").FullName;
        var start = new ProcessStartInfo(
            "unshare", ["--mount", "--net", "--pid", "--fork", "--kill-child", Script, folder])
        {
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        var daemon = new NetworkedLibvirtd(process, folder);
        await Poll.UntilAsync("libvirtd's socket", () => Task.FromResult(File.Exists(SocketIn(folder))));
        return daemon;
    }

    /// <summary>Connects as a host whose machines are put on one of the networks.</summary>
    public LibvirtHypervisor Connect(string network) => new(
        Uri, new LibvirtOptions { Folder = Path.Combine(folder, network), Network = network }, TimeProvider.System,
        NullLogger<LibvirtHypervisor>.Instance);

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string SocketIn(string folder) => Path.Combine(folder, "libvirt-sock");
}
