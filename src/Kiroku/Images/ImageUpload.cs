using Kiroku.Api;
using Kiroku.Hypervisors;
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

    /// <summary>Takes the bytes of an image that is queued, up to their end.</summary>
    /// <param name="image">As it was added to the store.</param>
    /// <param name="bytes">The file, which is never held in memory whole.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <param name="md5">The checksum that the sender says they have.</param>
    /// <exception cref="Fault">
    /// 409 while another upload runs or if the image has its bytes, 413 for too many, 410 if it was deleted, 415 if they are no
    /// such disk, 400 if they are not those that were sent.
    /// </exception>
    public async Task SaveAsync(Image image, Stream bytes, CancellationToken cancellationToken, string? md5 = null)
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
            await ReceiveAsync(image, bytes, md5, cancellationToken);
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

    /// <summary>Removes an image, whatever has become of it, and its bytes.</summary>
    public async Task DeleteAsync(string imageId, CancellationToken cancellationToken)
    {
        if (await store.DeleteAsync(imageId, cancellationToken))
            files.Delete(imageId);
    }

    private async Task ReceiveAsync(Image image, Stream bytes, string? md5, CancellationToken cancellationToken)
    {
        using var draft = await files.ReceiveAsync(image.Id, bytes, options.Value.MaxSize, cancellationToken);
        if (md5 is not null && md5 != draft.Md5)
            throw Fault.BadRequest($"The bytes that came have the MD5 checksum {draft.Md5}, not {md5}.");
        var content = new ImageContent(draft.Size, VirtualSize(draft.Path, image), draft.Md5, draft.Sha512);
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

    /// <summary>
    /// How large a disk the bytes are, if they are what they are declared to be; null where only its users can tell
    /// (glance/location.py, set_data: what is wrapped up is not looked at, and raw may be anything that is harmless).
    /// </summary>
    private static long? VirtualSize(string file, Image image)
    {
        if (image.ContainerFormat != "bare")
            return null;
        var found = Recognise(file);
        return (image.DiskFormat, found.Format) switch
        {
            ("qcow2", VolumeFormat.Qcow2) => found.VirtualSize,
            ("raw", _) => new FileInfo(file).Length is var size and > 0 ? size : null,
            ("qcow2", _) => throw Mismatch("raw"),
            (_, VolumeFormat.Qcow2) => throw Mismatch("qcow2"),
            _ => null,
        };

        Fault Mismatch(string content) => new(415, $"Image disk_format {image.DiskFormat} does not match stream data {content}");
    }

    private static DiskImage Recognise(string file)
    {
        try
        {
            return DiskImage.Recognise(file);
        }
        catch (ImageRejectedException e)
        {
            throw new Fault(415, $"Image failed safety checks: {e.Message}");
        }
    }
}
