using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>
/// Chooses the daemon where no URI is given: the system's if it answers, else a private one. The choice is kept in the
/// data folder, because the machines live in the daemon that was chosen first. libvirt's mock is never chosen.
/// </summary>
internal sealed class HypervisorChoice(string dataFolder, PrivateLibvirtd privateDaemon, TimeProvider time)
{
    private const string SystemUri = "qemu:///system";
    private const string Private = "private";
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);

    private readonly string memory = Path.Combine(dataFolder, "hypervisor");

    public async Task<LibvirtAddress> FindAsync(CancellationToken cancellationToken)
    {
        var choice = File.Exists(memory) ? (await File.ReadAllTextAsync(memory, cancellationToken)).Trim() : null;
        choice ??= await SystemAnswersAsync(cancellationToken) ? SystemUri : Private;
        var address = choice == Private
            ? await privateDaemon.EnsureAsync(cancellationToken)
            : new LibvirtAddress(choice);
        Directory.CreateDirectory(dataFolder);
        await File.WriteAllTextAsync(memory, choice + "\n", cancellationToken);
        return address;
    }

    private async Task<bool> SystemAnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Factory.StartNew(
                    Probe, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(ProbeTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static bool Probe()
    {
        EventLoop.EnsureStarted();
        using var connect = Native.virConnectOpen(SystemUri);
        return !connect.IsInvalid;
    }
}
