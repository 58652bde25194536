using System.Runtime.InteropServices;
using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Accounts;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>The steps on volumes, each of which is a few calls of libvirt's. All of them block.</summary>
internal static class PoolVolumes
{
    private const uint LengthOfFile = 1;

    /// <summary>
    /// The size up to which a raw volume is wiped: config drives are far smaller, and disks are not raw.
    /// </summary>
    private const ulong LargestWiped = 64 << 20;

    public static unsafe List<string> List(Session session)
    {
        using var pool = Pools.Open(session);
        Pools.Refresh(pool);
        var count = Native.virStoragePoolListAllVolumes(pool, out var list, 0);
        var names = new List<string>();
        foreach (var item in Native.Take(list, count))
        {
            using var volume = new VolumeHandle(item);
            if (Marshal.PtrToStringUTF8(Native.virStorageVolGetName(volume)) is { } name)
                names.Add(name);
        }
        return names;
    }

    /// <summary>
    /// The volume's size as its guest sees it, and the room that it takes on the disk; null if there is none.
    /// </summary>
    public static (long Bytes, long Allocated)? Measure(Session session, string name)
    {
        using var pool = Pools.Open(session);
        // Looks twice, because libvirt may remember a file that is gone, or not know one that was put back.
        return TryMeasure(pool, name) ?? RefreshThen(pool, () => TryMeasure(pool, name));
    }

    /// <summary>The volume's format and size, and how long its file is; null if there is none.</summary>
    public static VolumeContent? Describe(Session session, string name)
    {
        using var pool = Pools.Open(session);
        return TryDescribe(session, pool, name) ?? RefreshThen(pool, () => TryDescribe(session, pool, name));
    }

    public static VolumeHandle? Find(Session session, string name)
    {
        using var pool = Pools.Open(session);
        return TryFind(pool, name) ?? RefreshThen(pool, () => TryFind(pool, name));
    }

    public static void Create(Session session, string xml, bool isBase = false)
    {
        using var pool = Pools.Open(session);
        LibvirtException.Check(Native.virStorageVolCreateXML(pool, WithRights(session, xml, isBase), 0)).Dispose();
    }

    public static void Clone(Session session, VolumeHandle source, string xml)
    {
        using var pool = Pools.Open(session);
        LibvirtException.Check(Native.virStorageVolCreateXMLFrom(
            pool, WithRights(session, xml, isBase: false), source, 0)).Dispose();
    }

    public static void Resize(Session session, string name, long bytes)
    {
        using var volume = Find(session, name) ?? throw Missing(name);
        LibvirtException.Check(Native.virStorageVolResize(volume, (ulong)bytes, 0));
    }

    public static void Delete(Session session, string name)
    {
        using var volume = Find(session, name);
        if (volume is null)
            return;
        Wipe(session, volume);
        if (Native.virStorageVolDelete(volume, 0) >= 0)
            return;
        var error = LibvirtException.Read();
        if (error.Code != LibvirtException.NoVolume && Measure(session, name) is not null)
            throw error;
    }

    /// <summary>
    /// The most bytes that a full copy takes: those that the volume holds and those that it shows of its base.
    /// </summary>
    public static long AllocatedWithBase(Session session, VolumeHandle volume, long bytes, long allocated)
    {
        var xml = XElement.Parse(Native.Take(Native.virStorageVolGetXMLDesc(volume, 0)));
        if (xml.Element("backingStore")?.Element("path")?.Value is not { Length: > 0 } path)
            return allocated;
        using var @base = Native.virStorageVolLookupByPath(session.Connect, path);
        if (@base.IsInvalid || Native.virStorageVolGetInfo(@base, out var info) < 0)
            return allocated;
        return Math.Min(bytes, allocated + (long)info.Allocation);
    }

    /// <summary>The length of the volume's file, holes and all.</summary>
    public static long LengthOf(VolumeHandle volume)
    {
        LibvirtException.Check(Native.virStorageVolGetInfoFlags(volume, out var physical, LengthOfFile));
        return (long)physical.Allocation;
    }

    public static RefusedException Missing(string name)
        => new(HypervisorFailure.Failed, $"there is no volume {name}");

    /// <summary>
    /// Overwrites a config drive: it holds passwords and user data, and unlinking it would leave them on the host's
    /// disk. The deletion goes on where overwriting fails, because even a full or broken disk must let the volume go.
    /// </summary>
    private static void Wipe(Session session, VolumeHandle volume)
    {
        if (session.IsTest || Native.virStorageVolGetInfo(volume, out var info) < 0)
            return;
        if (info.Capacity is > 0 and <= LargestWiped && !IsQcow2(volume))
            _ = Native.virStorageVolWipe(volume, 0);
    }

    private static bool IsQcow2(VolumeHandle volume)
    {
        var xml = XElement.Parse(Native.Take(Native.virStorageVolGetXMLDesc(volume, 0)));
        return xml.Element("target")?.Element("format")?.Attribute("type")?.Value == "qcow2";
    }

    /// <summary>
    /// The definition with the volume's rights: a disk is the daemon's alone until libvirt gives it to the machine that
    /// is switched on; a base may be read by all machines.
    /// </summary>
    private static string WithRights(Session session, string xml, bool isBase) => session.Uids is null
        ? xml
        : VolumeXml.WithRights(xml, isBase ? "0440" : "0600", isBase ? MachineUids.Shared : 0);

    private static (long, long)? TryMeasure(PoolHandle pool, string name)
    {
        using var volume = TryFind(pool, name);
        if (volume is null || Native.virStorageVolGetInfo(volume, out var info) < 0)
            return null;
        return ((long)info.Capacity, (long)info.Allocation);
    }

    private static VolumeContent? TryDescribe(Session session, PoolHandle pool, string name)
    {
        using var volume = TryFind(pool, name);
        if (volume is null || Native.virStorageVolGetInfo(volume, out var info) < 0)
            return null;
        var (format, bytes) = (IsQcow2(volume) ? VolumeFormat.Qcow2 : VolumeFormat.Raw, (long)info.Capacity);
        if (session.IsTest)
            return MockBytes.Describe(format, bytes);
        return new VolumeContent(format, bytes, LengthOf(volume));
    }

    private static VolumeHandle? TryFind(PoolHandle pool, string name)
    {
        var volume = Native.virStorageVolLookupByName(pool, name);
        if (!volume.IsInvalid)
            return volume;
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoVolume ? null : throw error;
    }

    private static T RefreshThen<T>(PoolHandle pool, Func<T> again)
    {
        Pools.Refresh(pool);
        return again();
    }
}
