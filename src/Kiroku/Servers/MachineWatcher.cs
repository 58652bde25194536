using Kiroku.Hypervisors;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>
/// Has servers follow their machines: one that dies, is switched off or on behind our back is noticed through the
/// hypervisor's events, and whatever was missed while nobody listened when listening begins again.
/// </summary>
internal sealed partial class MachineWatcher(
    IHypervisor hypervisor, ServerStore store, Machines machines, IGrainFactory grains, ServiceSettings settings, ILogger<MachineWatcher> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await hypervisor.Connected.WaitAsync(stoppingToken);
        if (!hypervisor.IsReal)
            await DefineAgainAsync(stoppingToken);
        await LookAtAllAsync(stoppingToken);
        await foreach (var change in hypervisor.WatchAsync(stoppingToken))
        {
            if (change.Machine is { } machine)
                await LookAsync(machine);
            else
                await LookAtAllAsync(stoppingToken);
        }
    }

    private async Task LookAtAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var server in await store.ListWhereAsync("host = @Host AND running_action IS NULL", new { settings.Host }, cancellationToken))
                await LookAsync(server.Id);
        }
        catch (StorageException e)
        {
            LogCannotLook(e);
        }
    }

    private async Task LookAsync(Guid server)
    {
        try
        {
            await grains.GetGrain<IServerGrain>(server).LookAtMachine();
        }
#pragma warning disable CA1031 // One machine that cannot be looked at must not end the watch over the others.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogCannotLook(e);
        }
    }

    /// <summary>The mock forgets its machines with the process; they are made again in the state they are meant to have.</summary>
    private async Task DefineAgainAsync(CancellationToken cancellationToken)
    {
        foreach (var server in await store.ListWhereAsync("host = @Host AND generation IS NOT NULL", new { settings.Host }, cancellationToken))
        {
            await machines.MockDiskAsync(server, cancellationToken);
            if (server.PowerState == MachineState.Running)
                await machines.StartAsync(server, cancellationToken);
            else
                await machines.DefineAsync(server, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A machine's state could not be looked at")]
    private partial void LogCannotLook(Exception exception);
}
