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
        if (offset < (ulong)RandomAccess.GetLength(content))
            ReadInto(content, (long)offset, piece);
        return piece;
    }

    /// <summary>Reads as many bytes as there are and fit.</summary>
    /// <returns>How many they are.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static int ReadInto(SafeFileHandle content, long offset, Span<byte> piece)
    {
        var length = 0;
        int read;
        while (length < piece.Length && (read = RandomAccess.Read(content, piece[length..], offset + length)) > 0)
            length += read;
        return length;
    }
}
