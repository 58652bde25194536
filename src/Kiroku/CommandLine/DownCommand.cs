using System.CommandLine;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.CommandLine;

/// <summary>
/// <c>kiroku down DIR</c>: ends everything that a service left running on this data folder, and keeps the data.
/// </summary>
internal static class DownCommand
{
    /// <summary>Longer than a service needs to come to rest.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The service's data folder." };
        var command = new Command("down",
            "End what a service with this data folder left running: itself, its machines, its private libvirtd.") {
                folder };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(Path.GetFullPath(parsed.GetRequiredValue(folder)), cancellationToken));
        return command;
    }

    /// <summary>Ends whatever runs and prints what it was.</summary>
    public static async Task<int> RunAsync(string path, CancellationToken cancellationToken)
    {
        var folder = new DataFolder(path);
        folder.Require();
        if (folder.Service is { } service)
        {
            await service.EndAsync(Grace, TimeProvider.System, cancellationToken);
            await Console.Out.WriteLineAsync($"ended the service (process {service.Id})");
        }
        using var held = folder.Take();
        var ended = await EndDaemonAsync(path, cancellationToken);
        await Console.Out.WriteLineAsync(ended is { } daemon
            ? $"ended its machines and its libvirtd (process {daemon}); the data stays in {path}"
            : $"no libvirtd of its own runs; the data stays in {path}");
        if (RunsUnderTheSystem(path))
            await Console.Out.WriteLineAsync(
                "its machines are the system's libvirtd's (virsh --connect qemu:///system list) and run on");
        return 0;
    }

    /// <summary>Switches the machines off and ends the private daemon.</summary>
    /// <returns>The daemon's process id; null if there was none.</returns>
    public static async Task<int?> EndDaemonAsync(string path, CancellationToken cancellationToken)
    {
        var options = new HypervisorsOptions { DataFolder = path };
        var daemon = LibvirtRoom.PrivateDaemonOf(options, TimeProvider.System, NullLogger.Instance);
        var running = daemon.Process?.Id;
        await daemon.StopAsync(cancellationToken);
        return running;
    }

    private static bool RunsUnderTheSystem(string path)
    {
        var choice = Path.Combine(path, "hypervisor");
        return File.Exists(choice) && File.ReadAllText(choice).StartsWith("qemu:", StringComparison.Ordinal);
    }
}
