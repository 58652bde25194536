using Kiroku.Cluster;

namespace Kiroku.Images;

/// <summary>
/// Fetches images' bytes from other nodes. Callers that wait for the same image share one copy, and an incomplete
/// copy is never visible.
/// </summary>
internal sealed partial class ImageCopies(
    ImageFiles files, IGrainFactory grains, ILogger<ImageCopies> logger) : IDisposable
{
    private readonly Dictionary<string, Task> running = [];
    private readonly CancellationTokenSource stopping = new();

    /// <summary>
    /// The file with the image's bytes. A copy that has begun continues even if nobody waits for it any more.
    /// </summary>
    /// <exception cref="ImageUnavailableException">The bytes are not available now.</exception>
    public async Task<string> EnsureAsync(Image image, CancellationToken cancellationToken)
    {
        if (image.OsHashValue is not { } sha512)
            throw new ImageUnavailableException($"Image {image.Id} has no data yet.");
        var file = files.PathOf(image.Id, sha512);
        if (!File.Exists(file))
            await RunOnce(image, file).WaitAsync(cancellationToken);
        return file;
    }

    /// <summary>The file with the image's bytes, if it is on this node; null otherwise.</summary>
    public string? FindHere(Image image)
        => image.OsHashValue is { } sha512 && files.PathOf(image.Id, sha512) is var file && File.Exists(file)
            ? file : null;

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private Task RunOnce(Image image, string file)
    {
        lock (running)
        {
            if (running.TryGetValue(file, out var copy))
                return copy;
            // Another copy may have finished between the check and the lock.
            if (File.Exists(file))
                return Task.CompletedTask;
            running[file] = copy = Task.Run(() => RunAsync(image, file, stopping.Token));
            return copy;
        }
    }

    private async Task RunAsync(Image image, string file, CancellationToken cancellationToken)
    {
        try
        {
            await CopyAsync(image, file, cancellationToken);
        }
        catch (Exception e) when (ImageDraft.IsFull(e))
        {
            throw new ImageUnavailableException($"There is not enough disk space for a copy of image {image.Id}.", e);
        }
        finally
        {
            lock (running)
                running.Remove(file);
        }
    }

    private async Task CopyAsync(Image image, string file, CancellationToken cancellationToken)
    {
        var node = image.Node ?? throw Missing(image);
        using var draft = files.Begin(image.Id, image.Size ?? 0);
        while (draft.Size < image.Size)
        {
            var piece = await ReadAsync(node, image, draft.Size).WaitAsync(cancellationToken);
            if (piece.Length == 0)
                break;
            await draft.WriteAsync(piece, cancellationToken);
        }
        if (draft.Sha512 != image.OsHashValue)
            throw new ImageUnavailableException($"The copy of image {image.Id} is damaged.");
        draft.Publish(file);
        LogCopied(image.Id, node);
    }

    private async Task<byte[]> ReadAsync(string node, Image image, long offset)
    {
        try
        {
            return await grains.GetNodeGrain<IImageGrain>(node).Read(image.Id, image.OsHashValue!, offset)
                ?? throw Missing(image);
        }
        catch (Exception e) when (e is IOException || e.IsSilence(CancellationToken.None))
        {
            throw new ImageUnavailableException($"The node that has image {image.Id} does not answer.", e);
        }
    }

    private static ImageUnavailableException Missing(Image image) => new($"The data of image {image.Id} is missing.");

    [LoggerMessage(LogLevel.Information, "Copied the image {Id} from the node {Node}")]
    private partial void LogCopied(string id, string node);
}

/// <summary>
/// An image's bytes are not available now, but may be later. The message is one sentence for whoever needs them.
/// </summary>
internal sealed class ImageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
