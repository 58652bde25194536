using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>
/// What an upload has taken of its project's quota: at once if its length is known, else some at a time ahead of what
/// comes. It finds out, too, that the image was deleted meanwhile, rather than when all the bytes are here.
/// </summary>
internal sealed class UploadRoom(ImageStore store, Image image, string node, long? length)
{
    private const long Step = 32 * 1024 * 1024;
    private long next = -1;
    private long reserved = -1;

    /// <summary>Sees that so many bytes may have come.</summary>
    /// <exception cref="Api.Fault">413 if there is no room for them, 410 if there is no such upload any
    /// more.</exception>
    public async ValueTask RequireAsync(long size, CancellationToken cancellationToken)
    {
        if (size <= next)
            return;
        var least = Math.Max(length ?? 0, size);
        try
        {
            reserved = await store.ReserveAsync(image, node, (least, Math.Max(least, size + Step)), cancellationToken);
        }
        catch (StorageException) when (size <= reserved)
        {
            // Room is taken already, and whether the image is still there is asked again after the next piece.
        }
        next = Math.Min(reserved, size + Step);
    }
}
