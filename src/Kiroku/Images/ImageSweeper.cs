namespace Kiroku.Images;

/// <summary>
/// Deletes files that no image names: copies of images that were deleted on another node, and what a death left over.
/// Frees images whose upload broke off while the store was away.
/// </summary>
internal sealed partial class ImageSweeper(
    ImageStore store, ImageFiles files, ImageUpload upload, ServiceSettings settings, TimeProvider time,
    ILogger<ImageSweeper> logger)
    : RepeatedWork(TimeSpan.FromMinutes(10), time, logger)
{
    /// <summary>How long nothing was written to what nobody writes any more.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Looks once and deletes what is left over.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        files.DeleteDrafts(Time.GetUtcNow().UtcDateTime - Abandoned);
        // The files first: one that comes after them is not looked at, and the image of one that is there is known by
        // then.
        var found = files.List();
        var images = (await store.ListWithDataAsync(cancellationToken)).ToDictionary(image => image.Id);
        if (images.Values.Any(
            image => image.Status == ImageStatus.Saving && image.Node == settings.Host && !upload.IsRunning(image.Id)))
            await store.RecoverAsync(settings.Host, upload.IsRunning, cancellationToken);
        foreach (var (imageId, file) in found.Where(
            found => !ImageFiles.IsNamedBy(images.GetValueOrDefault(found.ImageId), found.File.Name)))
        {
            // Once more, right before: it may have got that content meanwhile.
            if (ImageFiles.IsNamedBy(await store.FindAsync(imageId, cancellationToken), file.Name))
                continue;
            file.Delete();
            LogSwept(imageId);
        }
    }

    protected override string Work => "Deleting files of images that are gone";

    protected override Task WorkAsync(CancellationToken cancellationToken) => SweepAsync(cancellationToken);

    [LoggerMessage(LogLevel.Information, "Deleted data of the image {Id}, which nothing names any more")]
    private partial void LogSwept(string id);
}
