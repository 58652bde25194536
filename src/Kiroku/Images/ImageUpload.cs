using System.Data.Common;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Microsoft.Extensions.Options;

namespace Kiroku.Images;

/// <summary>
/// Gives an image its bytes: queued, saving, active. An upload that breaks off takes the image back to queued and
/// leaves nothing on disk.
/// </summary>
internal sealed class ImageUpload(
    ImageStore store, ImageFiles files, ServiceSettings settings, IOptions<ImagesOptions> options)
{
    private readonly List<string> running = [];

    /// <summary>
    /// Whether this process is giving the image its bytes; such an image may yet have to be marked so.
    /// </summary>
    public bool IsRunning(string imageId)
    {
        lock (running)
            return running.Contains(imageId);
    }

    /// <summary>Takes the bytes of an image that is queued, up to their end.</summary>
    /// <param name="image">As it was added to the store.</param>
    /// <param name="bytes">The file, which is never held in memory whole.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <param name="said">What the sender says of them before they come.</param>
    /// <exception cref="Fault">
    /// 409 while another upload runs or if the image has its bytes, 413 for too many or where there is no room for
    /// them, 410 if it was deleted, 415 if they are no such disk, 400 if they are not those that were sent.
    /// </exception>
    public async Task SaveAsync(
        Image image, Stream bytes, CancellationToken cancellationToken, SaidOfBytes? said = null)
    {
        if (image.DiskFormat is null || image.ContainerFormat is null)
            throw Fault.BadRequest("Properties disk_format, container_format must be set prior to saving data.");
        await RunAsync(image.Id, async () =>
        {
            if (!await store.BeginUploadAsync(image, settings.Host, cancellationToken))
                throw await RefusalAsync(image, cancellationToken);
            var room = new UploadRoom(store, image, settings.Host, said?.Length);
            await TakeAsync(image, bytes, new Terms(said, room), cancellationToken);
        });
    }

    /// <summary>
    /// The same for who alone is to fill the image: an upload that has begun is what became of theirs on a node that
    /// died, or froze and will find its own overtaken.
    /// </summary>
    /// <param name="image">As it was added to the store.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <param name="require">
    /// Throws, in the transaction that begins, if the image is no longer theirs to fill; null for the service's own
    /// images, which no quota holds up.
    /// </param>
    /// <exception cref="Fault">The same.</exception>
    public Task SaveOrGoOnAsync(Image image, Stream bytes, CancellationToken cancellationToken,
        Func<DbConnection, Task>? require = null) => RunAsync(image.Id, async () =>
    {
        if (!await store.BeginOrTakeOverAsync(
            image, settings.Host, require ?? (_ => Task.CompletedTask), cancellationToken))
            throw await RefusalAsync(image, cancellationToken);
        var room = require is null ? null : new UploadRoom(store, image, settings.Host, length: null);
        await TakeAsync(image, bytes, new Terms(null, room), cancellationToken);
    });

    /// <summary>Removes an image, whatever has become of it, and its bytes.</summary>
    public async Task DeleteAsync(string imageId, CancellationToken cancellationToken)
    {
        if (await store.DeleteAsync(imageId, cancellationToken))
            files.Delete(imageId);
    }

    /// <summary>Removes an image, and what there is of its bytes, unless it has all of them.</summary>
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
        if (terms.Said?.Length > options.Value.MaxSize)
            throw new ImageTooLargeException();
        using var draft = files.Begin(image.Id, terms.Said?.Length ?? 0);
        await draft.TakeAsync(bytes, options.Value.MaxSize, terms.Room, cancellationToken);
        if (terms.Said?.Md5 is { } md5 && md5 != draft.Md5)
            throw Fault.BadRequest($"The bytes that came have the MD5 checksum {draft.Md5}, not {md5}.");
        var content = new ImageContent(draft.Size, VirtualSize(draft.Path, image), draft.Md5, draft.Sha512);
        var file = files.PathOf(image.Id, content.Sha512);
        draft.Publish(file);
        // All bytes are here: from now on it no longer matters whether the sender waits. A store that fails may have
        // taken them.
        if (await store.FinishUploadAsync(image, settings.Host, content, files.Node))
            return;
        if (!ImageFiles.IsNamedBy(await store.FindAsync(image.Id, CancellationToken.None), Path.GetFileName(file)))
            File.Delete(file);
        throw ImageStore.GoneMeanwhile(image.Id);
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

        Fault Mismatch(string content)
            => new(415, $"Image disk_format {image.DiskFormat} does not match stream data {content}");
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

    /// <summary>On what terms bytes are taken; without room, on none of a quota's.</summary>
    private sealed record Terms(SaidOfBytes? Said, UploadRoom? Room);
}

/// <summary>What a sender says of an image's bytes before they come: how many, and their checksum.</summary>
internal sealed record SaidOfBytes(long? Length, string? Md5);
