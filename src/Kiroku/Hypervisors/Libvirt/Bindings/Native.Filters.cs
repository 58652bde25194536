using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <content>The functions for the filters of cards, which libvirt calls nwfilters.</content>
internal static unsafe partial class Native
{
    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectNumOfNWFilters(ConnectHandle connect);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial FilterHandle virNWFilterLookupByName(ConnectHandle connect, string name);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial FilterHandle virNWFilterDefineXML(ConnectHandle connect, string xml);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virNWFilterUndefine(FilterHandle filter);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainUpdateDeviceFlags(DomainHandle domain, string xml, uint flags);
}
