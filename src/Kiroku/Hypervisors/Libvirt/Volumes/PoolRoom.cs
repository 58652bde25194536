using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>The room on the file system that the pool is on. All members block.</summary>
internal static class PoolRoom
{
    /// <summary>The file system's size, and its free room.</summary>
    public static (long Bytes, long Free) Of(Session session)
    {
        // libvirt counts free room only when it refreshes the pool; the file system knows it now.
        if (!session.IsTest && new DriveInfo(session.Options.VolumesFolder) is { IsReady: true } drive)
            return (drive.TotalSize, drive.AvailableFreeSpace);
        using var pool = Pools.Open(session);
        LibvirtException.Check(Native.virStoragePoolGetInfo(pool, out var info));
        return ((long)info.Capacity, (long)info.Available);
    }

    /// <summary>Whether that many bytes are free beside the reserve.</summary>
    public static bool Has(Session session, long bytes) => BesideReserve(session) >= bytes;

    /// <exception cref="RefusedException">Fewer bytes are free.</exception>
    public static void Require(Session session, long bytes)
    {
        if (BesideReserve(session) is var free && free < bytes)
        {
            throw new RefusedException(
                HypervisorFailure.NoSpace, $"it takes {bytes} bytes and {free} are free beside the reserve");
        }
    }

    private static long BesideReserve(Session session) => session.IsTest
        ? Of(session).Free
        : session.Options.Reserve.FreeIn(session.Options.VolumesFolder);
}
