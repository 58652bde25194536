using Kiroku.Hypervisors;
using Kiroku.Images;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Deletes disks that no server's row names: leftovers of a process that died in the middle of a change. Servers on
/// which an action runs are left alone, and so are images that a server's disk stands on.
/// </summary>
internal sealed partial class DiskSweeper(
    IHypervisor hypervisor, WatchedServers watched, StrayWatch strays, KeptVolumes keptVolumes, ImageStore images,
    IGrainFactory grains, ServiceSettings settings, IOptions<ServersOptions> options, TimeProvider time,
    ILogger<DiskSweeper> logger)
    : RepeatedWork(options.Value.SweepInterval, time, logger)
{
    /// <summary>Sweeps once, and returns the number of deleted volumes.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        // Stray machines come first, because their disks are to be kept and would be swept otherwise.
        var strayed = await strays.PutAllAsideAsync(cancellationToken);
        var kept = await keptVolumes.ListAsync(settings.Host, cancellationToken);
        foreach (var volume in await hypervisor.ListVolumesAsync(cancellationToken))
        {
            // A kept volume may stand on an image that nothing else needs any more.
            var stays = Disks.ServerOf(volume) is { } server
                ? kept.Contains(volume) || strayed.Contains(server)
                : kept.Count + strayed.Count > 0;
            if (stays || !await TrySweepAsync(volume, cancellationToken))
                continue;
            LogSwept(volume);
            deleted++;
        }
        return deleted;
    }

    protected override string Work => "Deleting disks that nothing names";

    protected override Task ReadyAsync(CancellationToken cancellationToken)
        => hypervisor.Connected.WaitAsync(cancellationToken);

    protected override Task WorkAsync(CancellationToken cancellationToken) => SweepAsync(cancellationToken);

    /// <summary>Sweeps one volume. A failure must not keep the sweeper from the others.</summary>
    private async Task<bool> TrySweepAsync(string volume, CancellationToken cancellationToken)
    {
        try
        {
            return await SweepAsync(volume, cancellationToken);
        }
#pragma warning disable CA1031 // The next sweep tries each volume again.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogCannotSweep(volume, e);
            return false;
        }
    }

    private async Task<bool> SweepAsync(string volume, CancellationToken cancellationToken)
    {
        if (Disks.ServerOf(volume) is { } server)
            return await grains.GetGrain<IServerGrain>(server).Sweep(volume, settings.Host);
        if (Disks.ImageOf(volume) is not { } image || await images.FindAsync(image, cancellationToken) is not null)
            return false;
        if (await watched.NeedImageAsync(image, cancellationToken))
            return false;
        await hypervisor.DeleteVolumeAsync(volume, cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Volume}, which nothing names any more")]
    private partial void LogSwept(string volume);

    [LoggerMessage(LogLevel.Warning, "{Volume} could not be swept; it is looked at again")]
    private partial void LogCannotSweep(string volume, Exception exception);
}
