using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Images;

/// <summary>
/// Gives an image its bytes: queued, saving, active. An upload that breaks off takes the image back to queued and leaves
/// nothing on disk.
/// </summary>
internal sealed class ImageUpload(ImageStore store, ImageFiles files, IOptions<ImagesOptions> options)
{
    /// <summary>Linux's ENOSPC and EDQUOT, which .NET hands through as they are.</summary>
    private const int NoSpace = 28;
    private const int QuotaReached = 122;

    /// <exception cref="Fault">409 while another upload runs or if the image has its bytes, 413 for too many, 410 if it was deleted.</exception>
    public async Task SaveAsync(Image image, Stream bytes, CancellationToken cancellationToken)
    {
        if (image.DiskFormat is null || image.ContainerFormat is null)
            throw Fault.BadRequest("Properties disk_format, container_format must be set prior to saving data.");
        if (!await store.BeginUploadAsync(image, cancellationToken))
        {
            var status = (await store.FindAsync(image.Id, cancellationToken))?.Status ?? "deleted";
            throw Fault.Conflict($"Image status transition from {status} to saving is not allowed");
        }
        try
        {
            await ReceiveAsync(image, bytes, cancellationToken);
        }
        catch (Exception e)
        {
            await store.AbandonUploadAsync(image);
            if (e is ImageTooLargeException)
                throw new Fault(413, $"Denying attempt to upload image larger than {options.Value.MaxSize} bytes.");
            if (e is IOException { HResult: NoSpace or QuotaReached })
                throw new Fault(413, "There is not enough disk space on the image storage media.");
            throw;
        }
    }

    private async Task ReceiveAsync(Image image, Stream bytes, CancellationToken cancellationToken)
    {
        using var draft = await files.ReceiveAsync(image.Id, bytes, options.Value.MaxSize, cancellationToken);
        var content = new ImageContent(draft.Size, VirtualSize(draft.Path, image.DiskFormat), draft.Md5, draft.Sha512);
        draft.Publish();
        var finished = false;
        try
        {
            // All bytes are here: from now on it no longer matters whether the sender waits.
            finished = await store.FinishUploadAsync(image, content, CancellationToken.None);
        }
        finally
        {
            if (!finished)
                files.Delete(image.Id);
        }
        if (!finished)
            throw new Fault(410, $"Image {image.Id} could not be found after upload. The image may have been deleted during the upload.");
    }

    /// <summary>Null for bytes that are no such disk: Glance takes them, and a server made from them is refused.</summary>
    private static long? VirtualSize(string file, string? diskFormat)
    {
        try
        {
            return DiskImage.Inspect(file, diskFormat).VirtualSize;
        }
        catch (ImageRejectedException)
        {
            return null;
        }
    }
}
