using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// A volume that is being filled from elsewhere, in many calls on one session; half made until it is finished. All
/// members block, but none waits for the bytes.
/// </summary>
internal sealed class IncomingVolume
{
    private readonly string name;
    private readonly VolumeContent content;
    private VolumeUpload? upload;
    private long received;

    private IncomingVolume(Session session, string name, VolumeContent content)
        => (Session, this.name, this.content) = (session, name, content);

    public Session Session { get; }

    public static IncomingVolume Begin(Session session, string name, VolumeContent content)
    {
        // The leftovers of a dead attempt take the room that this one needs.
        if (HalfMade.IsMarked(session, name))
            HalfMade.Delete(session, name);
        if (!session.IsTest)
            PoolRoom.Require(session, content.FileBytes);
        var incoming = new IncomingVolume(session, name, content);
        HalfMade.Begin(session, name, incoming.Create);
        return incoming;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (received == 0 && content.Format == VolumeFormat.Qcow2)
            RequireAnnounced(ImageFile.ReadQcow2(bytes));
        upload?.Send(bytes);
        received += bytes.Length;
    }

    /// <summary>Makes the volume whole, as its bytes have ended.</summary>
    public void Finish()
    {
        if (received == 0 || content.Format == VolumeFormat.Raw)
            RequireAnnounced(received);
        upload?.Finish();
        upload?.Dispose();
        HalfMade.End(Session, name);
    }

    public void Discard()
    {
        upload?.Dispose();
        HalfMade.Delete(Session, name);
    }

    /// <summary>
    /// Makes the volume with its final format and size, which libvirt believes until it looks at the file again.
    /// </summary>
    private void Create()
    {
        if (Session.IsTest)
            PoolVolumes.Create(Session, VolumeXml.Of(name, content.Bytes, content.Format));
        else
            upload = VolumeUpload.Begin(Session, name, content);
    }

    private void RequireAnnounced(long bytes)
    {
        if (bytes != content.Bytes)
        {
            throw new RefusedException(
                HypervisorFailure.Failed, $"a disk of {content.Bytes} bytes was announced, and {bytes} came");
        }
    }
}
