using System.Diagnostics;
using System.Globalization;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>A data folder with a private daemon, removed with the test.</summary>
internal sealed class PrivateHost : IAsyncDisposable
{
    /// <summary>A new daemon examines QEMU first, which takes a while on a busy machine.</summary>
    private static readonly TimeSpan LongCall = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo folder;

    public PrivateHost(string name = "k")
    {
        RealParts.Require("/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-img");
        // Not a private temporary folder, because the machines' account must pass through it.
        folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name + Guid.NewGuid().ToString("N")[..8]));
        Options = OptionsWith(LongCall);
        Daemon = new PrivateLibvirtd(folder.FullName, "nobody", Options, TimeProvider.System, NullLogger.Instance);
    }

    public LibvirtOptions Options { get; }

    public PrivateLibvirtd Daemon { get; }

    /// <summary>The same daemon for who knows that it will not answer, and waits for it only a little.</summary>
    public PrivateLibvirtd DaemonThatFails
        => new(folder.FullName, "nobody", Options, TimeProvider.System, NullLogger.Instance)
        {
            ReadyTimeout = TimeSpan.FromSeconds(3),
        };

    public LibvirtHypervisor Connect() => Connect(LongCall);

    public LibvirtHypervisor Connect(TimeSpan callTimeout) => new(
        new LibvirtTarget(true, Daemon.EnsureAsync), OptionsWith(callTimeout), TimeProvider.System,
        NullLogger<LibvirtHypervisor>.Instance);

    public string FileOf(string volume) => Path.Combine(Options.VolumesFolder, volume);

    /// <summary>The id of a machine's QEMU process, from libvirt's pid file.</summary>
    public int QemuOf(Guid machine)
    {
        var note = Directory
            .EnumerateFiles(folder.FullName, $"kiroku-{machine}.pid", SearchOption.AllDirectories).Single();
        return int.Parse(File.ReadAllText(note), CultureInfo.InvariantCulture);
    }

    /// <summary>How many ends of the daemon's socket there are, those included that it has not accepted.</summary>
    public int CountConnections()
        => File.ReadLines("/proc/net/unix").Count(
            line => line.Contains(folder.FullName, StringComparison.Ordinal)
                && line.EndsWith("/libvirt-sock", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await Daemon.StopAsync(CancellationToken.None);
        EndSpoiled();
        folder.Delete(recursive: true);
    }

    private LibvirtOptions OptionsWith(TimeSpan callTimeout) => new()
    {
        Folder = folder.FullName,
        CallTimeout = callTimeout,
        ReconnectInterval = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>Ends a daemon whose pid file was spoiled, found by its command line.</summary>
    private void EndSpoiled()
    {
        var settings = Path.Combine(folder.FullName, "libvirt", "libvirtd.conf");
        foreach (var daemon in Process.GetProcessesByName("libvirtd"))
        {
            if (!CommandOf(daemon.Id).Contains(settings))
                continue;
            daemon.Kill();
            daemon.WaitForExit();
        }
    }

    private static string[] CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            // It belonged to another test and has just ended.
            return [];
        }
    }
}
