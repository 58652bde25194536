namespace Kiroku.Hypervisors.Libvirt;

/// <summary>Sends bytes into a volume, leaving out what is all zero.</summary>
internal static class VolumeUpload
{
    private const uint Sparse = 1;
    private const int ChunkBytes = 256 * 1024;

    public static void Send(
        Session session, VolumeHandle volume, Stream source, IProgress<double>? progress, CancellationToken abandoned)
    {
        using var stream = LibvirtException.Check(Native.virStreamNew(session.Connect, 0));
        LibvirtException.Check(Native.virStorageVolUpload(volume, stream, 0, (ulong)source.Length, Sparse));
        try
        {
            var chunk = new byte[ChunkBytes];
            while (source.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) is var read and > 0)
            {
                abandoned.ThrowIfCancellationRequested();
                Send(stream, chunk.AsSpan(0, read));
                progress?.Report((double)source.Position / source.Length);
            }

            // Only now does the daemon say whether all of it could be written.
            LibvirtException.Check(Native.virStreamFinish(stream));
        }
        catch
        {
            // Neither finished nor aborted, its slot would stay taken.
            _ = Native.virStreamAbort(stream);
            throw;
        }
    }

    private static unsafe void Send(StreamHandle stream, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            LibvirtException.Check(Native.virStreamSendHole(stream, bytes.Length, 0));
            return;
        }

        fixed (byte* start = bytes)
        {
            for (var sent = 0; sent < bytes.Length;)
                sent += LibvirtException.Check(Native.virStreamSend(stream, start + sent, (nuint)(bytes.Length - sent)));
        }
    }
}
