using System.Diagnostics;
using System.Globalization;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>A data folder with a private daemon of its own, gone with the test.</summary>
internal sealed class PrivateHost : IAsyncDisposable
{
    private readonly DirectoryInfo folder;

    public PrivateHost(string name = "k", TimeSpan? callTimeout = null)
    {
        RealParts.Require("/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-img");
        // Not a private temporary folder: the account of the machines has to pass through.
        folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name + Guid.NewGuid().ToString("N")[..8]));
        Options = new LibvirtOptions
        {
            Folder = folder.FullName,
            CallTimeout = callTimeout ?? TimeSpan.FromSeconds(2),
            ReconnectInterval = TimeSpan.FromMilliseconds(200),
        };
        Daemon = new PrivateLibvirtd(folder.FullName, "nobody", Options, TimeProvider.System, NullLogger.Instance);
    }

    public LibvirtOptions Options { get; }

    public PrivateLibvirtd Daemon { get; }

    public LibvirtHypervisor Connect() => new(
        new LibvirtTarget(true, Daemon.EnsureAsync), Options, TimeProvider.System,
        NullLogger<LibvirtHypervisor>.Instance);

    public string FileOf(string volume) => Path.Combine(Options.VolumesFolder, volume);

    /// <summary>The QEMU of a machine, by the note that libvirt keeps.</summary>
    public int QemuOf(Guid machine)
    {
        var note = Directory
            .EnumerateFiles(folder.FullName, $"kiroku-{machine}.pid", SearchOption.AllDirectories).Single();
        return int.Parse(File.ReadAllText(note), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Daemon.StopAsync(CancellationToken.None);
        EndSpoiled();
        folder.Delete(recursive: true);
    }

    /// <summary>A daemon whose process id was spoiled is found by its command line alone.</summary>
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
            // It is another test's, and has just ended.
            return [];
        }
    }
}
