namespace Kiroku.Hypervisors.Libvirt;

/// <summary>Reads a volume's bytes, as its file has them.</summary>
internal static class VolumeDownload
{
    private const int ChunkBytes = 256 * 1024;

    public static unsafe void Receive(Session session, VolumeHandle volume, Stream target, CancellationToken abandoned)
    {
        using var stream = LibvirtException.Check(Native.virStreamNew(session.Connect, 0));
        LibvirtException.Check(Native.virStorageVolDownload(volume, stream, 0, 0, 0));
        try
        {
            var chunk = new byte[ChunkBytes];
            fixed (byte* start = chunk)
            {
                while (LibvirtException.Check(Native.virStreamRecv(stream, start, (nuint)chunk.Length)) is var read and > 0)
                {
                    abandoned.ThrowIfCancellationRequested();
                    target.Write(chunk, 0, read);
                }
            }

            LibvirtException.Check(Native.virStreamFinish(stream));
        }
        catch
        {
            // Neither finished nor aborted, its slot would stay taken.
            _ = Native.virStreamAbort(stream);
            throw;
        }
    }
}
