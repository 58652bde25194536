using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>One reference to an object of libvirt's, given back when it is disposed.</summary>
internal abstract class LibvirtHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;
}

internal sealed partial class ConnectHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => virConnectClose(handle) >= 0;

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virConnectClose(nint owned);
}

internal sealed partial class DomainHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => virDomainFree(handle) >= 0;

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virDomainFree(nint owned);
}

internal sealed partial class NetworkHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => virNetworkFree(handle) >= 0;

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virNetworkFree(nint owned);
}

internal sealed partial class FilterHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => virNWFilterFree(handle) >= 0;

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virNWFilterFree(nint owned);
}

internal sealed partial class PoolHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => virStoragePoolFree(handle) >= 0;

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virStoragePoolFree(nint owned);
}

internal sealed partial class VolumeHandle : LibvirtHandle
{
    public VolumeHandle()
    {
    }

    public VolumeHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => virStorageVolFree(handle) >= 0;

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virStorageVolFree(nint owned);
}

internal sealed partial class StreamHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => virStreamFree(handle) >= 0;

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virStreamFree(nint owned);
}
