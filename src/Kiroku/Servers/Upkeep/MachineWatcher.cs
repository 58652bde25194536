using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Keeps servers in step with their machines. The hypervisor's events tell when a machine dies or is switched on or off
/// behind our back. Looking at all machines again and again finds what events have missed.
/// </summary>
internal sealed partial class MachineWatcher(
    IHypervisor hypervisor, ServerStore store, WatchedServers watched, LocalHost here, GroupFilters groups,
    StrayWatch strays, MachineStates machineStates, Workflows workflows, IGrainFactory grains,
    ServiceSettings settings, IOptions<ServersOptions> options, TimeProvider time, ILogger<MachineWatcher> logger)
    : BackgroundService
{
    private readonly HostMachines machines = new(here, groups, options.Value.ShutdownTimeout, require: null);

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
            machineStates.Note(states.Values);
            var servers = await watched.ListOnHostAsync(settings.Host, states.Keys, cancellationToken);
            foreach (var server in servers.Where(IsAtRestHere))
            {
                if (!await IsAsKnownAsync(server, states.GetValueOrDefault(server.Id), cancellationToken))
                    await LookAsync(server.Id);
            }
            await strays.PutAsideAsync(states.Keys.ToHashSet(), servers, cancellationToken);
        }
#pragma warning disable CA1031 // The watch goes on whatever happens: an exception would end the service.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogCannotLook(e);
        }
    }

    private bool IsAtRestHere(Server server)
        => server is { Deleted: false, RunningAction: null } && server.Host == settings.Host;

    /// <summary>Whether the machine is as its server's row says. Most are, and then no grain need be asked.</summary>
    private async Task<bool> IsAsKnownAsync(Server server, MachineState state, CancellationToken cancellationToken)
    {
        if (state != server.PowerState || workflows.FindExplanation(server, state) is not null)
            return false;
        if (state != MachineState.Running || server.Labels.NoCard)
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
    /// Makes all machines again on libvirt's mock, which forgets them with the process, in the states that they should
    /// have.
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
                // Its image may be gone; that must not stop the other machines.
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
