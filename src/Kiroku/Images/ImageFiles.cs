using System.Security.Cryptography;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>The bytes of images, a file for each under its id in the data folder.</summary>
internal sealed class ImageFiles(ServiceSettings settings)
{
    private const int PieceBytes = 256 * 1024;
    private readonly string folder = Path.Combine(settings.DataDirectory, "images");

    /// <summary>Where an active image's bytes are.</summary>
    public string PathOf(string imageId) => Path.Combine(folder, imageId);

    /// <summary>
    /// Takes bytes up to their end. Until <see cref="Draft.Publish"/> they stand under another name, and with the draft they
    /// are gone.
    /// </summary>
    /// <exception cref="ImageTooLargeException">There are more than that.</exception>
    public async Task<Draft> ReceiveAsync(string imageId, Stream bytes, long maxSize, CancellationToken cancellationToken)
    {
        DurableFile.Folder(folder);
        var draft = new Draft(DurableFile.Create($"{PathOf(imageId)}.{Guid.NewGuid():N}.part"), PathOf(imageId));
        try
        {
            await draft.TakeAsync(bytes, PieceBytes, maxSize, cancellationToken);
            return draft;
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    public void Delete(string imageId)
    {
        if (Directory.Exists(folder))
            File.Delete(PathOf(imageId));
    }

    /// <summary>Removes what a stopped process left of uploads and deletions.</summary>
    public void KeepOnly(IReadOnlySet<string> imageIds)
    {
        foreach (var file in DurableFile.Folder(folder).EnumerateFiles().Where(file => !imageIds.Contains(file.Name)))
            file.Delete();
    }

    /// <summary>Bytes that came and are not yet an image's.</summary>
    internal sealed class Draft(FileStream written, string file) : IDisposable
    {
        public string Path { get; } = written.Name;

        public long Size { get; private set; }

        public string Md5 { get; private set; } = "";

        public string Sha512 { get; private set; } = "";

        public void Publish() => DurableFile.Publish(written, file);

        public void Dispose()
        {
            written.Dispose();
            File.Delete(Path);
        }

        internal async Task TakeAsync(Stream bytes, int pieceBytes, long maxSize, CancellationToken cancellationToken)
        {
            using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            using var sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
            var piece = new byte[pieceBytes];
            int read;
            while ((read = await bytes.ReadAsync(piece, cancellationToken)) > 0)
            {
                Size += read;
                if (Size > maxSize)
                    throw new ImageTooLargeException();
                md5.AppendData(piece, 0, read);
                sha512.AppendData(piece, 0, read);
                await written.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            }
            Md5 = Convert.ToHexStringLower(md5.GetHashAndReset());
            Sha512 = Convert.ToHexStringLower(sha512.GetHashAndReset());
        }
    }
}

/// <summary>More bytes came than an image may have.</summary>
internal sealed class ImageTooLargeException() : Exception("The image is larger than images may be.");
