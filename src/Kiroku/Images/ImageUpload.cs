using System.Data.Common;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Images;

/// <summary>
/// Receives an image's bytes, which takes it from queued to saving to active. If an upload breaks off, the image is
/// queued again and nothing is left on disk.
/// </summary>
internal sealed class ImageUpload(
    ImageStore store, ImageFiles files, ServiceSettings settings, IOptions<ImagesOptions> options)
{
    private readonly List<string> running = [];

    /// <summary>Whether this process is uploading the image. Its row may not say so yet.</summary>
    public bool IsRunning(string imageId)
    {
        lock (running)
            return running.Contains(imageId);
    }

    /// <summary>Receives all bytes of a queued image.</summary>
    /// <param name="image">The image as it was added to the store.</param>
    /// <param name="bytes">The content, which is never held in memory as a whole.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    /// <param name="stated">The sender's statements about the bytes.</param>
    /// <exception cref="Fault">409 if the image has its bytes or another upload is running, 413 if there are too many
    /// bytes or too little room, 410 if the image was deleted, 415 if the bytes are not a disk of its format, 400 if
    /// they do not match the sender's checksum.</exception>
    public async Task SaveAsync(
        Image image, Stream bytes, CancellationToken cancellationToken, StatedBytes? stated = null)
    {
        if (image.DiskFormat is null || image.ContainerFormat is null)
            throw Fault.BadRequest("Properties disk_format, container_format must be set prior to saving data.");
        await RunAsync(image.Id, async () =>
        {
            if (!await store.BeginUploadAsync(image, settings.Host, cancellationToken))
                throw await RefusalAsync(image, cancellationToken);
            var room = new UploadRoom(store, image, settings.Host, stated?.Length);
            await TakeAsync(image, bytes, new Terms(stated, room), cancellationToken);
        });
    }

    /// <summary>
    /// Receives all bytes of an image that only this caller fills. If an upload is already in progress, it was the
    /// caller's own on a node that died or froze, so this one takes over.
    /// </summary>
    /// <param name="image">The image as it was added to the store.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    /// <param name="require">Throws, within the first transaction, if the caller may no longer fill the image; null
    /// for the service's own images, to which no quota applies.</param>
    /// <exception cref="Fault">As in <see cref="SaveAsync"/>.</exception>
    public Task SaveOrContinueAsync(Image image, Stream bytes, CancellationToken cancellationToken,
        Func<DbConnection, Task>? require = null) => RunAsync(image.Id, async () =>
    {
        if (!await store.BeginOrTakeOverAsync(
            image, settings.Host, require ?? (_ => Task.CompletedTask), cancellationToken))
            throw await RefusalAsync(image, cancellationToken);
        var room = require is null ? null : new UploadRoom(store, image, settings.Host, length: null);
        await TakeAsync(image, bytes, new Terms(null, room), cancellationToken);
    });

    /// <summary>Deletes an image in any status, with its bytes.</summary>
    /// <param name="imageId">The image's id.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <param name="require">Throws, within the transaction, if the caller may no longer do it; null for none.</param>
    public async Task DeleteAsync(
        string imageId, CancellationToken cancellationToken, Func<DbConnection, Task>? require = null)
    {
        if (await store.DeleteAsync(imageId, cancellationToken, require))
            files.Delete(imageId);
    }

    /// <summary>Deletes an image and the bytes received so far, unless it has all of them.</summary>
    public async Task GiveUpAsync(string imageId, CancellationToken cancellationToken)
    {
        if (await store.DeleteUnfilledAsync(imageId, cancellationToken))
            files.Delete(imageId);
    }

    private async Task RunAsync(string imageId, Func<Task> upload)
    {
        lock (running)
            running.Add(imageId);
        try
        {
            await upload();
        }
        finally
        {
            lock (running)
                running.Remove(imageId);
        }
    }

    private async Task<Fault> RefusalAsync(Image image, CancellationToken cancellationToken)
    {
        var status = (await store.FindAsync(image.Id, cancellationToken))?.Status ?? "deleted";
        return Fault.Conflict($"Image status transition from {status} to saving is not allowed");
    }

    private async Task TakeAsync(Image image, Stream bytes, Terms terms, CancellationToken cancellationToken)
    {
        try
        {
            await ReceiveAsync(image, bytes, terms, cancellationToken);
        }
        catch (Exception e)
        {
            await store.AbandonUploadAsync(image, settings.Host);
            if (e is ImageTooLargeException)
                throw new Fault(413, $"Denying attempt to upload image larger than {options.Value.MaxSize} bytes.");
            if (ImageDraft.IsFull(e))
                throw new Fault(413, "There is not enough disk space on the image storage media.");
            throw;
        }
    }

    private async Task ReceiveAsync(Image image, Stream bytes, Terms terms, CancellationToken cancellationToken)
    {
        if (terms.Stated?.Length > options.Value.MaxSize)
            throw new ImageTooLargeException();
        using var draft = files.Begin(image.Id, terms.Stated?.Length ?? 0);
        await draft.TakeAsync(bytes, options.Value.MaxSize, terms.Room, cancellationToken);
        if (terms.Stated?.Md5 is { } md5 && md5 != draft.Md5)
            throw Fault.BadRequest($"The bytes that came have the MD5 checksum {draft.Md5}, not {md5}.");
        var content = new ImageContent(draft.Size, UploadedDisk.SizeOf(draft.Path, image), draft.Md5, draft.Sha512);
        var file = files.PathOf(image.Id, content.Sha512);
        draft.Publish(file);
        // All bytes have arrived, so the request's cancellation no longer matters. If the store fails, the file
        // stays: the change may have been written.
        if (await store.FinishUploadAsync(image, settings.Host, content, files.Node))
            return;
        if (!ImageFiles.IsNamedBy(await store.FindAsync(image.Id, CancellationToken.None), Path.GetFileName(file)))
            File.Delete(file);
        throw ImageStore.GoneMeanwhile(image.Id);
    }

    /// <summary>The conditions of an upload. Without room, no quota applies.</summary>
    private sealed record Terms(StatedBytes? Stated, UploadRoom? Room);
}

/// <summary>What a sender states about an image's bytes in advance: their number and checksum.</summary>
internal sealed record StatedBytes(long? Length, string? Md5);
