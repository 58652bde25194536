using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>Asks a guest to switch its machine off, again and again for a while, and then does it by force.</summary>
internal sealed partial class MachineShutdown(
    LibvirtConnection connection, MachineSignals signals, LibvirtOptions options, TimeProvider time, ILogger logger)
{
    /// <returns>Whether it was done by force.</returns>
    public async Task<bool> RunAsync(Guid machine, TimeSpan grace, CancellationToken abandoned)
    {
        var began = time.GetTimestamp();
        while (grace - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            using var change = signals.Next(machine);
            await PressPowerButtonAsync(machine, abandoned);
            var state = await connection.CallAsync(session => DomainLookup.StateOf(session, machine), abandoned);
            if (state is MachineState.Off or MachineState.Absent)
                return false;
            // A paused guest hears nothing.
            if (state != MachineState.Running)
                break;
            await change.WaitAsync(
                left < options.ShutdownInterval ? left : options.ShutdownInterval, time, abandoned);
        }
        if (grace > TimeSpan.Zero)
            LogForced(machine);
        return await connection.CallAsync(session => Domains.Destroy(session, machine), abandoned);
    }

    /// <summary>Asking is a courtesy: where it fails or hangs, the grace runs on and force comes after it.</summary>
    private async Task PressPowerButtonAsync(Guid machine, CancellationToken abandoned)
    {
        var press = connection.CallAsync(
            session =>
            {
                Domains.PressPowerButton(session, machine);
                return true;
            },
            abandoned);
        try
        {
            await press.WaitAsync(options.ShutdownInterval, time, abandoned);
        }
        catch (Exception e) when (e is LibvirtException or TimeoutException)
        {
            LogNotAsked(machine, e.Message);
            _ = press.ContinueWith(
                late => late.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    [LoggerMessage(LogLevel.Information,
        "Machine {Machine} did not switch off when asked; it is switched off by force.")]
    private partial void LogForced(Guid machine);

    [LoggerMessage(LogLevel.Information, "Machine {Machine} could not be asked to switch off: {Reason}")]
    private partial void LogNotAsked(Guid machine, string reason);
}
