using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Accounts;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// Finds the base that a disk stands on, and refuses any that is not ours. Where machines have accounts of their own, a
/// disk's header is what a QEMU that was taken over may have written, and names whatever file it likes. All members
/// block.
/// </summary>
internal static class DiskBases
{
    private const string Qcow2 = "qcow2";
    private const string Raw = "raw";

    /// <summary>The base's file and format; null for a disk that stands on none, or does not exist.</summary>
    /// <exception cref="RefusedException">The disk stands on something else.</exception>
    public static (string File, string Format)? Find(Session session, string disk)
    {
        using var volume = PoolVolumes.Find(session, disk);
        if (volume is null)
            return null;
        var backing = TryDescribe(volume)?.Element("backingStore");
        if (backing?.Element("path")?.Value is not { Length: > 0 } path)
            return null;
        NeedBase(session, path).Dispose();
        return (path, FormatOf(backing) ?? Raw);
    }

    /// <summary>Refuses a disk unless reading it with the daemon's rights reads nothing but it and a base.</summary>
    public static void RequireOwn(Session session, VolumeHandle disk)
    {
        if (session.IsTest || session.Uids is null)
            return;
        if (FormatOf(Describe(disk).Element("target")) is not (Qcow2 or Raw))
            throw Refused("something that is not qcow2");
        if (DiskHeader.ReadBase(ReadHeader(session, disk)) is not { } found)
            return;
        using var @base = NeedBase(session, found.File);
        if (found.Format == Raw)
            return;
        // An image that came as raw bytes may hold a header of any kind: only one that refers to nothing is safe to
        // read as qcow2.
        if (found.Format != Qcow2)
            throw Refused($"a base of the format {found.Format}");
        ImageFile.ReadQcow2(ReadHeader(session, @base));
    }

    private static VolumeHandle NeedBase(Session session, string path)
    {
        var name = Path.GetFileName(path);
        if (path != Path.Combine(session.Options.VolumesFolder, name))
            throw Refused(path);
        var volume = PoolVolumes.Find(session, name) ?? throw Refused(path);
        // A base is the daemon's own: a machine can give a file of its own to the group, but not to another owner.
        var permissions = Describe(volume).Element("target")?.Element("permissions");
        if (permissions?.Element("group")?.Value == $"{MachineUids.Shared}"
            && permissions.Element("owner")?.Value == "0")
            return volume;
        volume.Dispose();
        throw Refused(path);
    }

    private static byte[] ReadHeader(Session session, VolumeHandle volume)
    {
        var header = new byte[DiskHeader.MostBytes];
        return header[..VolumeDownload.Read(session, volume, 0, header)];
    }

    private static string? FormatOf(XElement? element) => element?.Element("format")?.Attribute("type")?.Value;

    private static XElement Describe(VolumeHandle volume)
        => XElement.Parse(Native.Take(Native.virStorageVolGetXMLDesc(volume, 0)));

    /// <summary>
    /// The volume's definition; null where its file is gone, which libvirt does not notice. The machine's start finds
    /// that out, and says so.
    /// </summary>
    private static XElement? TryDescribe(VolumeHandle volume)
    {
        try
        {
            return Describe(volume);
        }
        catch (LibvirtException)
        {
            return null;
        }
    }

    private static RefusedException Refused(string what)
        => new(
            HypervisorFailure.NotSupported,
            $"the disk says that it stands on {what}, which is no image of this service");
}
