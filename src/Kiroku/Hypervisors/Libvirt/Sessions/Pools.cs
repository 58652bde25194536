using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>The pool that holds our volumes: a folder that libvirt looks after. All members block.</summary>
internal static class Pools
{
    /// <summary>Defines and starts the pool, where that has not been done.</summary>
    public static void Ensure(Session session)
    {
        using var pool = Find(session) ?? Define(session);
        if (LibvirtException.Check(Native.virStoragePoolIsActive(pool)) == 1)
            return;
        LibvirtException.Check(Native.virStoragePoolBuild(pool, 0));
        LibvirtException.Check(Native.virStoragePoolSetAutostart(pool, 1));
        LibvirtException.Check(Native.virStoragePoolCreate(pool, 0));
    }

    public static PoolHandle Open(Session session)
        => Find(session) ?? throw new RefusedException(HypervisorFailure.Failed, "the storage pool is gone");

    /// <summary>
    /// Has libvirt look at the folder again, as files may have come or gone by hand. While a copy runs libvirt refuses;
    /// then its last look must do.
    /// </summary>
    public static void Refresh(PoolHandle pool) => _ = Native.virStoragePoolRefresh(pool, 0);

    private static PoolHandle? Find(Session session)
    {
        // The mock has one folder for all and does not look pools up by it.
        var pool = session.IsTest
            ? Native.virStoragePoolLookupByName(session.Connect, session.Options.Pool)
            : Native.virStoragePoolLookupByTargetPath(session.Connect, session.Options.VolumesFolder);
        if (!pool.IsInvalid)
            return pool;
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoPool ? null : throw error;
    }

    private static PoolHandle Define(Session session)
    {
        var options = session.Options;
        var name = IsTaken(session, options.Pool) ? $"{options.Pool}-{Suffix(options.VolumesFolder)}" : options.Pool;
        var xml = new XElement("pool",
            new XAttribute("type", "dir"),
            new XElement("name", name),
            new XElement("target", new XElement("path", options.VolumesFolder)));
        return LibvirtException.Check(Native.virStoragePoolDefineXML(session.Connect, xml.ToString(), 0));
    }

    private static bool IsTaken(Session session, string name)
    {
        using var pool = Native.virStoragePoolLookupByName(session.Connect, name);
        return !pool.IsInvalid;
    }

    private static string Suffix(string folder)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..8];
}
