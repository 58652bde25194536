using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// Sends bytes into a fresh volume, and leaves out those that are all zero. An upload that is disposed before it is
/// finished is given up. All members block.
/// </summary>
internal sealed class VolumeUpload : IDisposable
{
    private const ulong UpToTheEnd = 0;
    private const uint Sparse = 1;
    private const int ChunkBytes = 256 * 1024;
    private const int HoleBytes = 64 * 1024;
    private const long StretchBytes = 256 * 1024 * 1024;

    private readonly Session session;
    private readonly VolumeHandle volume;
    private StreamHandle? stream;
    private long opened;
    private long sent;

    private VolumeUpload(Session session, string name)
    {
        this.session = session;
        volume = PoolVolumes.Find(session, name) ?? throw PoolVolumes.Missing(name);
    }

    public static VolumeUpload Begin(Session session, string name, VolumeContent content, bool isBase = false)
    {
        // A raw file begins empty, as its length is to tell how much of it was written.
        var bytes = content.Format == VolumeFormat.Raw ? 0 : content.Bytes;
        PoolVolumes.Create(session, VolumeXml.Of(name, bytes, content.Format), isBase);
        var upload = new VolumeUpload(session, name);
        try
        {
            upload.Open();
            return upload;
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    /// <summary>Sends a stream up to its end.</summary>
    public void Send(Stream source, IProgress<double>? progress, CancellationToken abandoned)
    {
        var chunk = new byte[ChunkBytes];
        while (source.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) is var read and > 0)
        {
            abandoned.ThrowIfCancellationRequested();
            Send(chunk.AsSpan(0, read));
            progress?.Report((double)source.Position / source.Length);
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        // Bytes that are sent faster than the disk writes lie in the daemon's memory, without a limit.
        if (sent - opened >= StretchBytes)
        {
            Finish();
            Open();
        }
        // Others write to the disk, too.
        PoolRoom.Require(session, bytes.Length);
        sent += bytes.Length;
        while (!bytes.IsEmpty)
        {
            var (isHole, run) = NextRun(bytes);
            if (isHole)
                LibvirtException.Check(Native.virStreamSendHole(stream!, run, 0));
            else
                SendAll(bytes[..run]);
            bytes = bytes[run..];
        }
    }

    /// <summary>Waits until all bytes are written.</summary>
    public void Finish()
    {
        LibvirtException.Check(Native.virStreamFinish(stream!));
        stream!.Dispose();
        stream = null;
        // libvirt 9 does not report a failure to write the last bytes.
        if (PoolVolumes.LengthOf(volume) is var length && length >= sent)
            return;
        PoolRoom.Require(session, sent - length);
        throw new RefusedException(HypervisorFailure.Failed, $"{length} of {sent} bytes were written");
    }

    public void Dispose()
    {
        // A stream that is neither finished nor aborted would keep its slot.
        if (stream is not null)
            _ = Native.virStreamAbort(stream);
        stream?.Dispose();
        stream = null;
        volume.Dispose();
    }

    private void Open()
    {
        var fresh = LibvirtException.Check(Native.virStreamNew(session.Connect, 0));
        LibvirtException.Check(Native.virStorageVolUpload(volume, fresh, (ulong)sent, UpToTheEnd, Sparse));
        (stream, opened) = (fresh, sent);
    }

    private static (bool IsHole, int Bytes) NextRun(ReadOnlySpan<byte> bytes)
    {
        var isHole = IsHoleAt(bytes, 0);
        var run = HoleBytes;
        while (run < bytes.Length && IsHoleAt(bytes, run) == isHole)
            run += HoleBytes;
        return (isHole, Math.Min(run, bytes.Length));
    }

    private static bool IsHoleAt(ReadOnlySpan<byte> bytes, int start)
        => !bytes[start..Math.Min(start + HoleBytes, bytes.Length)].ContainsAnyExcept((byte)0);

    private unsafe void SendAll(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                var left = (nuint)(bytes.Length - sent);
                sent += LibvirtException.Check(Native.virStreamSend(stream!, start + sent, left));
            }
        }
    }
}
