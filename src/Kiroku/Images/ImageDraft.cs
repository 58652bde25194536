using System.Security.Cryptography;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>
/// Bytes that are coming and are not yet an image's: counted and summed up as they come, gone unless they are
/// published.
/// </summary>
internal sealed class ImageDraft(FileStream written, DiskReserve reserve) : IDisposable
{
    /// <summary>Linux's ENOSPC and EDQUOT, which .NET hands through as they are.</summary>
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

    /// <summary>Whether it failed because the disk, or what one may have of it, is full.</summary>
    public static bool IsFull(Exception failure) => failure is IOException { HResult: NoSpace or QuotaReached };

    /// <exception cref="IOException">The disk is full, or as full as it may be.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        reserve.Require(folder, piece.Length);
        Size += piece.Length;
        md5.AppendData(piece.Span);
        sha512.AppendData(piece.Span);
        await written.WriteAsync(piece, cancellationToken);
    }

    /// <summary>Takes bytes up to their end.</summary>
    /// <param name="bytes">Where they come from.</param>
    /// <param name="maxSize">How many there may be.</param>
    /// <param name="room">What the project may still have; null for what is not counted.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="ImageTooLargeException">There are more than that.</exception>
    public async Task TakeAsync(Stream bytes, long maxSize, UploadRoom? room, CancellationToken cancellationToken)
    {
        // Before the first byte is read: whoever waits to be told to go on need not send any.
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

/// <summary>More bytes came than an image may have.</summary>
internal sealed class ImageTooLargeException() : Exception("The image is larger than images may be.");
