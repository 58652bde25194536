using Kiroku.Hypervisors;
using Kiroku.Images;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Deletes disks that no server's row names: what a death in the middle of a change left over. A server on which an
/// action runs is left alone; so are images that a server still stands on.
/// </summary>
internal sealed partial class DiskSweeper(
    IHypervisor hypervisor, ServerStore store, StrayWatch strays, KeptVolumes keptVolumes, ImageStore images,
    IGrainFactory grains, ServiceSettings settings, IOptions<ServersOptions> options, TimeProvider time,
    ILogger<DiskSweeper> logger)
    : RepeatedWork(options.Value.SweepInterval, time, logger)
{
    /// <summary>Looks once, deletes what is left over and says how much that was.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        // First, or the disks of machines that are to be kept would be swept.
        var strayed = await strays.PutAllAsideAsync(cancellationToken);
        var kept = await keptVolumes.ListAsync(settings.Host, cancellationToken);
        foreach (var volume in await hypervisor.ListVolumesAsync(cancellationToken))
        {
            // What is kept may stand on an image that nothing else needs any more.
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

    /// <summary>One that cannot be deleted now is not to keep the others.</summary>
    private async Task<bool> TrySweepAsync(string volume, CancellationToken cancellationToken)
    {
        try
        {
            return await SweepAsync(volume, cancellationToken);
        }
#pragma warning disable CA1031 // Each is looked at again the next time.
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
        // An action that runs may be about to take the image up.
        var users = await store.ListWhereAsync(
            "(image_id = @image OR rescue_image_id = @image OR running_action IS NOT NULL)", new { image },
            cancellationToken);
        if (users.Count > 0)
            return false;
        await hypervisor.DeleteVolumeAsync(volume, cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Volume}, which nothing names any more")]
    private partial void LogSwept(string volume);

    [LoggerMessage(LogLevel.Warning, "{Volume} could not be swept; it is looked at again")]
    private partial void LogCannotSweep(string volume, Exception exception);
}
