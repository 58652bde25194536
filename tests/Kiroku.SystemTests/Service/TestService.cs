using System.Globalization;
using System.Text;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Kiroku.SystemTests.Hypervisors;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.SystemTests.Service;

/// <summary>
/// A service with real machines in its own data folder, shared by a class of tests. It is removed after the last of
/// them, with its machines and its daemon.
/// </summary>
public class TestService : IAsyncLifetime
{
    private readonly StringBuilder output = new();
    private readonly HashSet<int> frozen = [];
    private ServiceProcess? process;

    /// <summary>The service's data folder.</summary>
    // Not a private temporary folder, because the machines' account must pass through it.
    internal string Data { get; } = Path.Combine(Path.GetTempPath(), "ks" + Guid.NewGuid().ToString("N")[..8]);

    internal Cloud Demo { get; private set; } = null!;

    internal Cloud Admin { get; private set; } = null!;

    internal Uri Address => process!.Address;

    internal string VolumesFolder => Path.Combine(Data, "volumes");

    /// <summary>Where the service listens.</summary>
    internal int Port => process!.Address.Port;

    internal bool HasEnded => process is null or { HasEnded: true };

    internal string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    /// <summary>Settings of the service beyond its defaults.</summary>
    internal virtual Dictionary<string, string> Settings => new()
    {
        ["Servers__SweepInterval"] = "00:00:02",
        ["Servers__RestTimeout"] = "00:00:01",
    };

    private PrivateLibvirtd Daemon
        => LibvirtRoom.PrivateDaemonOf(new() { DataFolder = Data }, TimeProvider.System, NullLogger.Instance);

    /// <summary>The process id of the private libvirtd.</summary>
    internal int DaemonId => Daemon.Process?.Id ?? throw new InvalidOperationException("There is no daemon.");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Starts the service if it is not running.</summary>
    internal async Task EnsureStartedAsync()
    {
        if (!HasEnded) return;
        RealParts.Require("/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-img", GuestImage.File);
        var isNew = !Directory.Exists(Data);
        if (isNew) await PrepareDataAsync();
        process = await ServiceProcess.StartAsync(Data, Settings.Append(new("GUEST_IMAGE", GuestImage.File)), output);
        var clouds = Path.Combine(Data, "clouds.yaml");
        Demo = await Cloud.SignInAsync(process.Address, clouds, "demo");
        Admin = await Cloud.SignInAsync(process.Address, clouds, "admin");
        // The service answers before its first libvirtd does, and creates no servers until then.
        if (isNew)
            await Poll.UntilAsync("the hypervisor",
                () => Task.FromResult(Output.Contains("Connected to the hypervisor", StringComparison.Ordinal)));
    }

    /// <summary>The id of the service's public guest image.</summary>
    internal async Task<string> GuestImageIdAsync()
    {
        var images = await Demo.ReadAsync("/image/v2/images?name=kiroku-guest");
        return (string)images["images"]!.AsArray().Single()!["id"]!;
    }

    /// <summary>kill -9.</summary>
    internal async Task KillAsync()
    {
        await process!.DisposeAsync();
        process = null;
    }

    /// <summary>SIGTERM. The service must end cleanly.</summary>
    internal async Task TerminateAsync()
    {
        Assert.Equal(0, await process!.TerminateAsync());
        process = null;
    }

    /// <summary>Freezes a process until <see cref="ThawAsync"/>.</summary>
    internal async Task FreezeAsync(int id)
    {
        frozen.Add(id);
        await Commands.SignalAsync("STOP", id);
    }

    internal async Task ThawAsync()
    {
        foreach (var id in frozen.Where(id => Directory.Exists($"/proc/{id}"))) await Commands.SignalAsync("CONT", id);
        frozen.Clear();
    }

    /// <summary>The id of a machine's QEMU process, from libvirt's pid file.</summary>
    internal int QemuOf(Guid machine)
    {
        var note = Directory.EnumerateFiles(
            Path.Combine(Data, "libvirt", "r"), $"kiroku-{machine}.pid", SearchOption.AllDirectories).Single();
        return int.Parse(File.ReadAllText(note), CultureInfo.InvariantCulture);
    }

    /// <summary>Asks the hypervisor directly, without the service.</summary>
    internal async Task<T> AskHypervisorAsync<T>(Func<IHypervisor, Task<T>> ask)
    {
        await using var hypervisor = new LibvirtHypervisor(
            new LibvirtTarget(IsReal: true, Daemon.EnsureAsync), new LibvirtOptions { Folder = Data },
            TimeProvider.System, NullLogger<LibvirtHypervisor>.Instance);
        return await ask(hypervisor);
    }

    /// <summary>The files in the pool that belong to a server, including unfinished ones.</summary>
    internal IEnumerable<string> DisksOf(Guid server) =>
        Directory.EnumerateFiles(VolumesFolder, $"disk-{server}*").Select(file => Path.GetFileName(file)).Order(
            StringComparer.Ordinal);

    /// <summary>Makes the data folder. Subclasses may mount a file system there.</summary>
    internal virtual Task PrepareDataAsync()
    {
        Directory.CreateDirectory(Data);
        return Task.CompletedTask;
    }

    internal virtual Task RemoveDataAsync()
    {
        Directory.Delete(Data, recursive: true);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await ThawAsync();
        if (process is not null) await process.DisposeAsync();
        if (!Directory.Exists(Data)) return;
        await Daemon.StopAsync(CancellationToken.None);
        await RemoveDataAsync();
    }
}
