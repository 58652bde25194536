using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Remote;

/// <summary>
/// Puts aside machines on a host that should not have them: while the host was away, their servers were deleted or
/// brought up elsewhere. No machine may run twice; but its disks may be wanted, so they are kept until a person has
/// looked at them.
/// </summary>
internal sealed partial class StrayMachines(ServerHosts hosts, KeptVolumes kept, ILogger<StrayMachines> logger)
{
    /// <summary>Whether a machine of that server's should not be on that host.</summary>
    public static bool IsStray(Server server, string host) => server.Deleted || server.Host != host;

    /// <summary>
    /// Whether one of the server's volumes is kept, or will be once its machine on that host is put aside.
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
    /// Switches off the server's machine on a host, records its disks there as kept, and undefines the machine.
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
