using Kiroku.Cluster;
using Orleans.Concurrency;

namespace Kiroku.Images;

/// <summary>Gives other nodes access to the images on one node. Its key is the node's name.</summary>
internal interface IImageGrain : IGrainWithStringKey
{
    /// <summary>
    /// Reads a piece of an image's bytes. Calls are independent, so a reader that disappears leaves nothing behind.
    /// </summary>
    /// <returns>The bytes from the offset on, empty at the end; null if the node does not have the image.</returns>
    [AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<byte[]?> Read(string imageId, string sha512, long offset);
}

/// <summary>Reads files of its own node.</summary>
[OnNode]
internal sealed class ImageGrain(ImageFiles files) : Grain, IImageGrain
{
    private const int PieceBytes = 1024 * 1024;

    public async Task<byte[]?> Read(string imageId, string sha512, long offset)
    {
        try
        {
            using var file = File.OpenHandle(files.PathOf(imageId, sha512), options: FileOptions.Asynchronous);
            var piece = new byte[Math.Clamp(RandomAccess.GetLength(file) - offset, 0, PieceBytes)];
            var (length, read) = (0, 0);
            while (length < piece.Length
                && (read = await RandomAccess.ReadAsync(file, piece.AsMemory(length), offset + length)) > 0)
                length += read;
            return piece[..length];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
