using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>
/// The part of a project's quota that an upload reserves: all at once if its length is known, otherwise a step ahead
/// of the bytes. Each reservation also shows if the image was deleted meanwhile, long before all bytes have arrived.
/// </summary>
internal sealed class UploadRoom(ImageStore store, Image image, string node, long? length)
{
    private const long Step = 32 * 1024 * 1024;
    private long next = -1;
    private long reserved = -1;

    /// <summary>Makes sure that so many bytes are reserved.</summary>
    /// <exception cref="Api.Fault">413 if the quota is too small, 410 if the upload no longer exists.</exception>
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
            // Enough is reserved already. The next piece will ask again whether the image still exists.
        }
        next = Math.Min(reserved, size + Step);
    }
}
