using Kiroku.Cluster;
using Orleans.Concurrency;

namespace Kiroku.Images;

/// <summary>The images that a node has, as the others read them; its key is the node's name.</summary>
internal interface IImageGrain : IGrainWithStringKey
{
    /// <summary>
    /// A piece of an image's bytes: each call stands by itself, so that nothing is left behind by a reader that goes.
    /// </summary>
    /// <returns>The bytes from there on, none at their end; null if the node does not have the image.</returns>
    [AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<byte[]?> Read(string imageId, string sha512, long offset);
}

/// <summary>Reads this node's files.</summary>
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
