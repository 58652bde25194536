using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <content>The functions for networks.</content>
internal static unsafe partial class Native
{
    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NetworkHandle virNetworkLookupByName(ConnectHandle connect, string name);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virNetworkGetXMLDesc(NetworkHandle network, uint flags);
}
