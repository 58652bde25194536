using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>
/// Cleans up after this node's previous process, before requests arrive: resets interrupted uploads, and records
/// which images this node holds.
/// </summary>
internal sealed class ImageRecovery(ImageStore store, ImageFiles files, ImageUpload upload, ServiceSettings settings,
    TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Nobody writes to a folder of our own now. In a shared folder other nodes may be writing.
        files.DeleteDrafts(files.AreShared ? time.UtcNow() - ImageSweeper.Abandoned : DateTime.MaxValue);
        await store.RecoverAsync(settings.Host, upload.IsRunning, cancellationToken);
        var ours = (await store.ListWithDataAsync(cancellationToken)).Where(
            image => image.OsHashValue is not null && (image.Node is null || image.Node == settings.Host));
        var here = ours.Where(files.Adopt).Where(image => image.Node != files.Node).ToList();
        if (here.Count > 0)
            await store.PlaceAsync(here, files.Node, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
