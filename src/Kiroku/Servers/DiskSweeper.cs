using Kiroku.Hypervisors;
using Kiroku.Images;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers;

/// <summary>
/// Deletes disks that no server's row names: what a death in the middle of a change left over. A server on which an action
/// runs is left alone; so are images that a server still stands on.
/// </summary>
internal sealed partial class DiskSweeper(
    IHypervisor hypervisor, ServerStore store, ImageStore images, IGrainFactory grains, IOptions<ServersOptions> options,
    TimeProvider time, ILogger<DiskSweeper> logger)
    : BackgroundService
{
    /// <summary>Looks once, deletes what is left over and says how much that was.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var volume in await hypervisor.ListVolumesAsync(cancellationToken))
        {
            if (!await SweepAsync(volume, cancellationToken))
                continue;
            LogSwept(volume);
            deleted++;
        }
        return deleted;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await hypervisor.Connected.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
#pragma warning disable CA1031 // It goes on whatever happens: its end would be the service's.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogCannotSweep(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<bool> SweepAsync(string volume, CancellationToken cancellationToken)
    {
        if (Disks.ServerOf(volume) is { } server)
            return await grains.GetGrain<IServerGrain>(server).Sweep(volume);
        if (Disks.ImageOf(volume) is not { } image || await images.FindAsync(image, cancellationToken) is not null)
            return false;
        // An action that runs may be about to take the image up.
        var users = await store.ListWhereAsync("(image_id = @image OR rescue_image_id = @image OR running_action IS NOT NULL)", new { image }, cancellationToken);
        if (users.Count > 0)
            return false;
        await hypervisor.DeleteVolumeAsync(volume, cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Volume}, which nothing names any more")]
    private partial void LogSwept(string volume);

    [LoggerMessage(LogLevel.Warning, "Disks that nothing names could not be looked for")]
    private partial void LogCannotSweep(Exception exception);
}
