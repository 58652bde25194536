using System.Security.Cryptography;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>
/// A file with bytes that are still arriving. They are counted and hashed on the way, and deleted unless they are
/// published.
/// </summary>
internal sealed class ImageDraft(FileStream written, DiskReserve reserve) : IDisposable
{
    /// <summary>Linux's ENOSPC and EDQUOT. .NET passes them on unchanged.</summary>
    private const int NoSpace = 28;
    private const int QuotaReached = 122;
    private const int PieceBytes = 256 * 1024;
    private readonly string folder = System.IO.Path.GetDirectoryName(written.Name)!;
    private readonly IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    public string Path { get; } = written.Name;

    public long Size { get; private set; }

    public string Md5 => Convert.ToHexStringLower(md5.GetCurrentHash());

    public string Sha512 => Convert.ToHexStringLower(sha512.GetCurrentHash());

    /// <summary>Whether it failed because the disk or the account's quota is full.</summary>
    public static bool IsFull(Exception failure) => failure is IOException { HResult: NoSpace or QuotaReached };

    /// <exception cref="IOException">The disk is full, or only its reserve is left.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        reserve.Require(folder, piece.Length);
        Size += piece.Length;
        md5.AppendData(piece.Span);
        sha512.AppendData(piece.Span);
        await written.WriteAsync(piece, cancellationToken);
    }

    /// <summary>Reads bytes to the end of a stream.</summary>
    /// <param name="bytes">The stream.</param>
    /// <param name="maxSize">The most bytes that are allowed.</param>
    /// <param name="room">The project's quota; null if it does not apply.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    /// <exception cref="ImageTooLargeException">There are more bytes than allowed.</exception>
    public async Task TakeAsync(Stream bytes, long maxSize, UploadRoom? room, CancellationToken cancellationToken)
    {
        // Comes before the first byte is read, so that a client that waits for "100 Continue" need not send any.
        if (room is not null)
            await room.RequireAsync(0, cancellationToken);
        var piece = new byte[PieceBytes];
        int read;
        while ((read = await bytes.ReadAsync(piece, cancellationToken)) > 0)
        {
            if (Size + read > maxSize)
                throw new ImageTooLargeException();
            if (room is not null)
                await room.RequireAsync(Size + read, cancellationToken);
            await WriteAsync(piece.AsMemory(0, read), cancellationToken);
        }
    }

    public void Publish(string file) => DurableFile.Publish(written, file);

    public void Dispose()
    {
        written.Dispose();
        md5.Dispose();
        sha512.Dispose();
        File.Delete(Path);
    }
}

/// <summary>More bytes arrived than an image may have.</summary>
internal sealed class ImageTooLargeException() : Exception("The image is larger than images may be.");
