using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Has servers follow their machines: one that dies, is switched off or on behind our back is noticed through the
/// hypervisor's events, and whatever was missed, as nobody listened or could look, by looking again and again.
/// </summary>
internal sealed partial class MachineWatcher(
    IHypervisor hypervisor, ServerStore store, LocalHost here, StrayWatch strays, Workflows workflows,
    IGrainFactory grains, ServiceSettings settings, IOptions<ServersOptions> options, TimeProvider time,
    ILogger<MachineWatcher> logger)
    : BackgroundService
{
    private readonly HostMachines machines = new(here, options.Value.ShutdownTimeout, require: null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await hypervisor.Connected.WaitAsync(stoppingToken);
        if (!hypervisor.IsReal)
            await DefineAgainAsync(stoppingToken);
        await Task.WhenAll(FollowAsync(stoppingToken), LookAgainAsync(stoppingToken));
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in hypervisor.WatchAsync(stoppingToken))
        {
            if (change.Machine is { } machine)
                await LookAsync(machine);
            else
                await LookAtAllAsync(stoppingToken);
        }
    }

    private async Task LookAgainAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.LookInterval, time);
        do
        {
            await LookAtAllAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAtAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            var states = await hypervisor.ListMachinesAsync(cancellationToken);
            foreach (var server in await store.ListWhereAsync(
                "host = @Host AND running_action IS NULL", new { settings.Host }, cancellationToken))
            {
                if (!await IsAsKnownAsync(server, states.GetValueOrDefault(server.Id), cancellationToken))
                    await LookAsync(server.Id);
            }
            await strays.PutAllAsideAsync(cancellationToken);
        }
#pragma warning disable CA1031 // The watch goes on whatever happens: its end would be the service's.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogCannotLook(e);
        }
    }

    /// <summary>Most machines are as they were, and then nobody need be asked.</summary>
    private async Task<bool> IsAsKnownAsync(Server server, MachineState state, CancellationToken cancellationToken)
    {
        if (state != server.PowerState || workflows.Behind(server, state) is not null)
            return false;
        if (state != MachineState.Running)
            return true;
        var addresses = await hypervisor.GetAddressesAsync(server.Id, cancellationToken);
        return addresses.Count == 0 || addresses.SequenceEqual(server.Addresses);
    }

    private async Task LookAsync(Guid server)
    {
        try
        {
            await grains.GetGrain<IServerGrain>(server).LookAtMachine();
        }
#pragma warning disable CA1031 // One machine that cannot be looked at must not end the watch over the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogCannotLook(e);
        }
    }

    /// <summary>
    /// The mock forgets its machines with the process; they are made again in the state they are meant to have.
    /// </summary>
    private async Task DefineAgainAsync(CancellationToken cancellationToken)
    {
        foreach (var server in await store.ListWhereAsync(
            "disk_host = @Host AND generation IS NOT NULL", new { settings.Host }, cancellationToken))
        {
            try
            {
                await DefineAgainAsync(server, cancellationToken);
            }
            catch (StepException e)
            {
                // Its image may be gone; the others are not to wait for it.
                LogCannotDefine(server.Id, e);
            }
        }
    }

    private async Task DefineAgainAsync(Server server, CancellationToken cancellationToken)
    {
        await machines.MockDiskAsync(server, cancellationToken);
        if (server.PowerState is MachineState.Running or MachineState.Paused || server.VmState == VmStates.Suspended)
            await machines.StartAsync(server, cancellationToken);
        else
            await machines.DefineAsync(server, cancellationToken);
        if (server.PowerState == MachineState.Paused)
            await machines.PauseAsync(server, cancellationToken);
        if (server.VmState == VmStates.Suspended)
            await machines.SuspendAsync(server, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "A machine's state could not be looked at")]
    private partial void LogCannotLook(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The machine of {Server} could not be made again")]
    private partial void LogCannotDefine(Guid server, Exception exception);
}
