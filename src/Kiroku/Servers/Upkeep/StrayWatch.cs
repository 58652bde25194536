using Kiroku.Hypervisors;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Looks for <see cref="StrayMachines"/> on this node's host and has their servers' grains put them aside.
/// </summary>
internal sealed partial class StrayWatch(
    IHypervisor hypervisor, ServerStore store, IGrainFactory grains, ServiceSettings settings,
    ILogger<StrayWatch> logger)
{
    /// <summary>Puts aside every machine on this node's host that, by its server's row, should not be there.</summary>
    /// <returns>The servers whose machines are still to be put aside: their disks are not recorded as kept
    /// yet.</returns>
    public async Task<IReadOnlySet<Guid>> PutAllAsideAsync(CancellationToken cancellationToken)
    {
        var pending = new HashSet<Guid>();
        var machines = await hypervisor.ListMachinesAsync(cancellationToken);
        var own = (await store.ListWhereAsync("host = @Host", new { settings.Host }, cancellationToken))
            .Select(server => server.Id);
        foreach (var machine in machines.Keys.Except(own))
        {
            // A machine that has no row at all belongs to another cloud on the same daemon.
            if (await store.FindAsync(machine, cancellationToken) is not { } server
                || !StrayMachines.IsStray(server, settings.Host))
                continue;
            if (server.RunningAction is not null || !await TryPutAsideAsync(machine, cancellationToken))
                pending.Add(machine);
        }
        return pending;
    }

    /// <summary>Puts one machine aside. A failure must not keep the others running.</summary>
    private async Task<bool> TryPutAsideAsync(Guid machine, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<IServerGrain>(machine).PutAside(settings.Host);
        }
#pragma warning disable CA1031 // The next watch tries each machine again.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogCannotPutAside(machine, e);
            return false;
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The machine of {Server}, which should not be here, could not be put aside; it is tried again")]
    private partial void LogCannotPutAside(Guid server, Exception exception);
}
