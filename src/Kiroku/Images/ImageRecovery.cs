using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>
/// Clears up after this node's last process, before anybody comes for an image: uploads that broke off are back at
/// their start, and what is here is said to be here.
/// </summary>
internal sealed class ImageRecovery(ImageStore store, ImageFiles files, ImageUpload upload, ServiceSettings settings,
    TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // In a folder that is ours alone nobody writes now; in another one, other nodes may.
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
