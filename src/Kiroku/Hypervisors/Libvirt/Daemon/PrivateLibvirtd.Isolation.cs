using Kiroku.Hypervisors.Libvirt.Accounts;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <content>The part that gives each machine an account of its own, or says why it cannot.</content>
internal sealed partial class PrivateLibvirtd
{
    private MachineUids? uids;

    /// <summary>The reason why machines share an account; null where they do not, or nobody has tried.</summary>
    private string? obstacle;

    private bool saidThatAllShare;

    private static bool IsIsolated(RunningProcess process)
        => new FileInfo($"/proc/{process.Id}/ns/user").LinkTarget is { } its
            && its != new FileInfo("/proc/self/ns/user").LinkTarget;

    /// <summary>
    /// The daemon's address, by the socket that stands there now: a link in its place would have root talk to somebody
    /// else's daemon.
    /// </summary>
    private LibvirtAddress Address()
    {
        var socket = OpenSocket();
        var path = Uri.EscapeDataString(ForeignFolder.PathOf(socket));
        if (Process is not { } process || !IsIsolated(process) || UidRange.Of(process.Id) is not { } range)
            return new LibvirtAddress($"qemu+unix:///session?socket={path}", DaemonSettings.ParallelCalls, socket);
        if (uids?.Range != range)
            uids = new MachineUids(range, [options.VolumesFolder, options.ConsolesFolder]);
        return new LibvirtAddress($"qemu+unix:///system?socket={path}", DaemonSettings.ParallelCalls, socket, uids);
    }

    private async Task<bool> StartIsolatedAsync(
        DaemonAccount user, string[] command, CancellationToken cancellationToken)
    {
        // Machines that run in a namespace can be reached from nowhere else.
        var joins = IsolatedStart.FindNamespace(folders, user) is not null;
        if (!joins && FindObstacle(user) is not null)
            return false;
        var start = await PrepareIsolationAsync(user, cancellationToken);
        PrivateFolders.Replace(folders.MachineSettings, DaemonSettings.OfIsolatedMachines);
        foreach (var folder in new[] { options.VolumesFolder, options.ConsolesFolder })
            start.Reclaim(folder);
        var reason = await start.RunAsync(command, DaemonSettings.Surroundings(folders), cancellationToken);
        try
        {
            if (reason is null)
                await WaitUntilReadyAsync(cancellationToken);
        }
        catch (HypervisorException e) when (Process is null && !joins)
        {
            reason = e.Text;
        }
        if (reason is not null && joins)
            throw StartFailure.Of(reason);
        return (obstacle = reason) is null;
    }

    /// <summary>Whether a daemon with an account for each machine can take the place of the one that runs.</summary>
    private async Task<bool> CanMoveAsync(DaemonAccount? user, CancellationToken cancellationToken)
    {
        if (user is not null && FindObstacle(user) is null)
        {
            var start = await PrepareIsolationAsync(user, cancellationToken);
            obstacle = await start.RunAsync(["true"], DaemonSettings.Surroundings(folders), cancellationToken);
        }
        if (FindObstacle(user) is null)
            return true;
        SayThatAllShare(user);
        return false;
    }

    /// <summary>
    /// Prepares an isolated start. It is tried for a while, as a process that ended a moment ago may still be seen to
    /// have the ids.
    /// </summary>
    private async Task<IsolatedStart> PrepareIsolationAsync(DaemonAccount user, CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); ; await Task.Delay(LookInterval, time, cancellationToken))
        {
            try
            {
                return IsolatedStart.Prepare(folders, user, options.FirstUid);
            }
            catch (HypervisorException) when (time.GetElapsedTime(began) < LingerTimeout)
            {
            }
        }
    }

    private string? FindObstacle(DaemonAccount? user)
    {
        if (user is null)
            return "the service does not run as root";
        if (options.Network is not ("user" or "none" or "isolated"))
            return $"the network {options.Network} needs rights over the host's";
        return obstacle;
    }

    private void SayThatAllShare(DaemonAccount? user)
    {
        if (FindObstacle(user) is not { } reason || saidThatAllShare)
            return;
        saidThatAllShare = true;
        LogShared(reason);
    }

    [LoggerMessage(LogLevel.Warning,
        "All machines run under one account, and a QEMU that was taken over reaches every disk: {Reason}.")]
    private partial void LogShared(string reason);
}
