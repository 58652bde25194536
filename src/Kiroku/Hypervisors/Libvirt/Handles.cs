using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>One reference to an object of libvirt's, given back when it is disposed.</summary>
internal abstract class LibvirtHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;
}

internal sealed class ConnectHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => Native.virConnectClose(handle) >= 0;
}

internal sealed class DomainHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => Native.virDomainFree(handle) >= 0;
}

internal sealed class PoolHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => Native.virStoragePoolFree(handle) >= 0;
}

internal sealed class VolumeHandle : LibvirtHandle
{
    public VolumeHandle()
    {
    }

    public VolumeHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => Native.virStorageVolFree(handle) >= 0;
}

internal sealed class StreamHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => Native.virStreamFree(handle) >= 0;
}
