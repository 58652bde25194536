namespace Kiroku.Images;

/// <summary>
/// Deletes files that belong to no image: copies of images that were deleted on another node, and remains of crashed
/// processes. Resets images whose upload broke off while the store was unavailable.
/// </summary>
internal sealed partial class ImageSweeper(
    ImageStore store, ImageFiles files, ImageUpload upload, ServiceSettings settings, TimeProvider time,
    ILogger<ImageSweeper> logger)
    : RepeatedWork(TimeSpan.FromMinutes(10), time, logger)
{
    /// <summary>How long after its last write an unfinished file counts as abandoned.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Deletes abandoned files once.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        files.DeleteDrafts(Time.GetUtcNow().UtcDateTime - Abandoned);
        // The files are listed before the images: so an image of any listed file is among them, and newer files are
        // left alone.
        var found = files.List();
        var images = (await store.ListWithDataAsync(cancellationToken)).ToDictionary(image => image.Id);
        if (images.Values.Any(
            image => image.Status == ImageStatus.Saving && image.Node == settings.Host && !upload.IsRunning(image.Id)))
            await store.RecoverAsync(settings.Host, upload.IsRunning, cancellationToken);
        foreach (var (imageId, file) in found.Where(
            found => !ImageFiles.IsNamedBy(images.GetValueOrDefault(found.ImageId), found.File.Name)))
        {
            // Asks again just before deleting, because the image may have got this content meanwhile.
            if (ImageFiles.IsNamedBy(await store.FindAsync(imageId, cancellationToken), file.Name))
                continue;
            file.Delete();
            LogSwept(imageId);
        }
    }

    protected override string Work => "Deleting files of images that are gone";

    protected override Task WorkAsync(CancellationToken cancellationToken) => SweepAsync(cancellationToken);

    [LoggerMessage(LogLevel.Information, "Deleted unused data of the image {Id}")]
    private partial void LogSwept(string id);
}
