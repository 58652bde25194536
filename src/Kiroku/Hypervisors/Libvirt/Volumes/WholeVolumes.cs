using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>Volumes that exist and are not half made. All members block.</summary>
internal static class WholeVolumes
{
    public static bool Exists(Session session, string volume)
        => !HalfMade.IsMarked(session, volume) && PoolVolumes.Measure(session, volume) is not null;

    public static (long Bytes, long Allocated) Measure(Session session, string volume)
        => !HalfMade.IsMarked(session, volume) && PoolVolumes.Measure(session, volume) is { } found
            ? found
            : throw PoolVolumes.Missing(volume);

    public static VolumeContent Describe(Session session, string volume)
        => !HalfMade.IsMarked(session, volume) && PoolVolumes.Describe(session, volume) is { } found
            ? found
            : throw PoolVolumes.Missing(volume);

    public static void RefuseShrinking(long from, long to)
    {
        if (to < from)
        {
            throw new RefusedException(
                HypervisorFailure.Failed, $"its content takes {from} bytes and cannot shrink to {to}");
        }
    }
}
