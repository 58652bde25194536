using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// Reads the bytes of a volume's file piece by piece. libvirt keeps the unread bytes of a stream in our memory, so no
/// stream stays open while a slow reader is waited for.
/// </summary>
internal static class VolumeDownload
{
    /// <summary>Reads as much as there is, up to the piece's size. Blocks.</summary>
    public static unsafe int Read(Session session, VolumeHandle volume, long offset, Span<byte> piece)
    {
        using var stream = LibvirtException.Check(Native.virStreamNew(session.Connect, 0));
        LibvirtException.Check(Native.virStorageVolDownload(volume, stream, (ulong)offset, (ulong)piece.Length, 0));
        try
        {
            var read = Fill(stream, piece);
            // libvirt tells of the end only when it is asked for more.
            byte beyond;
            if (read == piece.Length)
                LibvirtException.Check(Native.virStreamRecv(stream, &beyond, 1));
            LibvirtException.Check(Native.virStreamFinish(stream));
            return read;
        }
        catch
        {
            // A stream that is neither finished nor aborted would keep its slot.
            _ = Native.virStreamAbort(stream);
            throw;
        }
    }

    private static unsafe int Fill(StreamHandle stream, Span<byte> piece)
    {
        var read = 0;
        fixed (byte* start = piece)
        {
            while (read < piece.Length
                && LibvirtException.Check(Native.virStreamRecv(stream, start + read, (nuint)(piece.Length - read)))
                    is var got and > 0)
                read += got;
        }
        return read;
    }
}
