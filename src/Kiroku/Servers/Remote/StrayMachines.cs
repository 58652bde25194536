using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Remote;

/// <summary>
/// Machines on a host that should not have them: while it was away their servers were deleted, or brought up elsewhere.
/// None may run twice; but what is on their disks may be wanted, so these are kept aside until somebody has looked at
/// them.
/// </summary>
internal sealed partial class StrayMachines(ServerHosts hosts, KeptVolumes kept, ILogger<StrayMachines> logger)
{
    /// <summary>Whether a machine of that server's should not be on that host.</summary>
    public static bool IsStray(Server server, string host) => server.Deleted || server.Host != host;

    /// <summary>
    /// Whether a volume of the server's is kept, or is to be as soon as its machine on that host is put aside.
    /// </summary>
    public async Task<bool> KeepsAsync(Server server, string volume, string host)
    {
        if (IsStray(server, host)
            && await hosts.MachinesOn(host, server.Fence).GetStateAsync(server, CancellationToken.None)
                != MachineState.Absent)
            return true;
        return (await kept.ListAsync(host, CancellationToken.None)).Contains(volume);
    }

    /// <summary>
    /// Switches the server's machine on a host off, notes its disks there as kept, and forgets the machine.
    /// </summary>
    public async Task PutAsideAsync(Server server, string host, CancellationToken cancellationToken)
    {
        var there = hosts.MachinesOn(host, server.Fence);
        await there.PowerOffAsync(server, cancellationToken);
        var reason = server.Deleted ? "the server was deleted while its host was away" : $"the server is on {server.Host
            ?? "no host"} now";
        var volumes = (await there.ListVolumesAsync(server.Id, cancellationToken))
            .Where(volume => !Disks.Names(server, volume, host))
            .ToList();
        await kept.AddAsync(server.Fence, host, volumes, reason, cancellationToken);
        await there.UndefineAsync(server, cancellationToken);
        LogPutAside(server.Id, host, reason, string.Join(", ", volumes));
    }

    [LoggerMessage(
        LogLevel.Warning, "The machine of {Server} on {Host} was put aside: {Reason}. Kept there: {Volumes}")]
    private partial void LogPutAside(Guid server, string host, string reason, string volumes);
}
