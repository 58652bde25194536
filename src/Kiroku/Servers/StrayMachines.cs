using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Remote;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>
/// Ends machines that this host should not have: while it was away their servers were deleted, or brought up elsewhere. None
/// may run twice; but what is on their disks may be wanted, so these are kept aside until somebody has looked at them.
/// </summary>
internal sealed partial class StrayMachines(
    IHypervisor hypervisor, ServerStore store, IDatabase database, ServerHosts hosts, IGrainFactory grains, ServiceSettings settings,
    TimeProvider time, ILogger<StrayMachines> logger)
{
    /// <summary>Volumes on a host that no server's row names and that stay all the same.</summary>
    public Task<IReadOnlySet<string>> ListKeptAsync(string host, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlySet<string>>(async connection =>
            (await connection.QueryAsync<string>("SELECT volume FROM kept_volumes WHERE host = @host", new { host })).ToHashSet(), cancellationToken);

    /// <summary>Hosts on which disks of the server's are kept and that have no other part in it: a disk that came there might take the place of one of them.</summary>
    public static async Task<IEnumerable<string>> ListKeepersAsync(DbConnection connection, Server server)
        => (await connection.QueryAsync<string>("SELECT DISTINCT host FROM kept_volumes WHERE server_id = @Id", new { server.Id })).Except(server.Hosts);

    /// <summary>Puts aside every machine on this node's host that, by its server's row, should not be there.</summary>
    /// <returns>Those with which that failed or has to wait: their disks are not noted as kept yet.</returns>
    public async Task<IReadOnlySet<Guid>> PutAllAsideAsync(CancellationToken cancellationToken)
    {
        var left = new HashSet<Guid>();
        var machines = await hypervisor.ListMachinesAsync(cancellationToken);
        var own = (await store.ListWhereAsync("host = @Host", new { settings.Host }, cancellationToken)).Select(server => server.Id);
        foreach (var machine in machines.Keys.Except(own))
        {
            // One that has no row at all is another cloud's, on the same daemon.
            if (await store.FindAsync(machine, cancellationToken) is not { } server || !IsStray(server, settings.Host))
                continue;
            if (server.RunningAction is not null || !await TryPutAsideAsync(machine, cancellationToken))
                left.Add(machine);
        }
        return left;
    }

    /// <summary>One that cannot be stopped now is not to keep the others running.</summary>
    private async Task<bool> TryPutAsideAsync(Guid machine, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<IServerGrain>(machine).PutAside(settings.Host);
        }
#pragma warning disable CA1031 // Each is looked at again the next time.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogCannotPutAside(machine, e);
            return false;
        }
    }

    /// <summary>Whether a machine of that server's should not be on that host.</summary>
    public static bool IsStray(Server server, string host) => server.Deleted || server.Host != host;

    /// <summary>Whether a volume of the server's is kept, or is to be as soon as its machine on that host is put aside.</summary>
    public async Task<bool> KeepsAsync(Server server, string volume, string host)
    {
        if (IsStray(server, host) && await hosts.MachinesOn(host, server.Fence).GetStateAsync(server, CancellationToken.None) != MachineState.Absent)
            return true;
        return (await ListKeptAsync(host, CancellationToken.None)).Contains(volume);
    }

    /// <summary>Switches the server's machine on a host off, notes its disks there as kept, and forgets the machine.</summary>
    public async Task PutAsideAsync(Server server, string host, CancellationToken cancellationToken)
    {
        var there = hosts.MachinesOn(host, server.Fence);
        await there.PowerOffAsync(server, cancellationToken);
        var reason = server.Deleted ? "the server was deleted while its host was away" : $"the server is on {server.Host ?? "no host"} now";
        var volumes = (await there.ListVolumesAsync(server.Id, cancellationToken)).Where(volume => !Disks.Names(server, volume, host)).ToList();
        await KeepAsync(server.Fence, volumes.Select(volume => new { host, volume, ServerId = server.Id, reason, since = time.UtcNow() }), cancellationToken);
        await there.UndefineAsync(server, cancellationToken);
        LogPutAside(server.Id, host, reason, string.Join(", ", volumes));
    }

    private Task KeepAsync(Fence fence, IEnumerable<object> volumes, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        await fence.HoldAsync(connection);
        return await connection.ExecuteAsync(
            """
            INSERT INTO kept_volumes (host, volume, server_id, reason, since) VALUES (@host, @volume, @ServerId, @reason, @since)
            ON CONFLICT (host, volume) DO NOTHING
            """, volumes.ToList());
    }, cancellationToken);

    [LoggerMessage(LogLevel.Warning, "The machine of {Server} on {Host} was put aside: {Reason}. Kept there: {Volumes}")]
    private partial void LogPutAside(Guid server, string host, string reason, string volumes);

    [LoggerMessage(LogLevel.Warning, "The machine of {Server}, which should not be here, could not be put aside; it is tried again")]
    private partial void LogCannotPutAside(Guid server, Exception exception);
}
