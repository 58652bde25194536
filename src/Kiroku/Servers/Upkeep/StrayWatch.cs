using Kiroku.Hypervisors;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Looks for <see cref="StrayMachines"/> on this node's host and has their servers' grains put them aside.
/// </summary>
internal sealed partial class StrayWatch(
    IHypervisor hypervisor, WatchedServers servers, IGrainFactory grains, ServiceSettings settings,
    ILogger<StrayWatch> logger)
{
    /// <summary>Puts aside every machine on this node's host that, by its server's row, should not be there.</summary>
    /// <returns>The servers whose machines are still to be put aside: their disks are not recorded as kept
    /// yet.</returns>
    public async Task<IReadOnlySet<Guid>> PutAllAsideAsync(CancellationToken cancellationToken)
    {
        var machines = (await hypervisor.ListMachinesAsync(cancellationToken)).Keys.ToHashSet();
        return await PutAsideAsync(
            machines, await servers.ListOnHostAsync(settings.Host, machines, cancellationToken), cancellationToken);
    }

    /// <summary>The same with what is read already.</summary>
    /// <param name="machines">The machines on this node's host.</param>
    /// <param name="read">Their servers. A machine without one belongs to another cloud on the same daemon.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlySet<Guid>> PutAsideAsync(
        IReadOnlySet<Guid> machines, IEnumerable<Server> read, CancellationToken cancellationToken)
    {
        var pending = new HashSet<Guid>();
        foreach (var server in read.Where(
            server => machines.Contains(server.Id) && StrayMachines.IsStray(server, settings.Host)))
        {
            if (server.RunningAction is not null || !await TryPutAsideAsync(server.Id, cancellationToken))
                pending.Add(server.Id);
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
