using Microsoft.Win32.SafeHandles;

namespace Kiroku.Images;

/// <summary>
/// Reads a piece of a file from where the file itself says, which may be anywhere: past the file's end there are zeros.
/// </summary>
internal static class FilePiece
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Read(SafeFileHandle content, ulong offset, int length)
    {
        var piece = new byte[length];
        if (offset >= (ulong)RandomAccess.GetLength(content))
            return piece;
        var at = 0;
        int read;
        while (at < length && (read = RandomAccess.Read(content, piece.AsSpan(at), (long)offset + at)) > 0)
            at += read;
        return piece;
    }
}
