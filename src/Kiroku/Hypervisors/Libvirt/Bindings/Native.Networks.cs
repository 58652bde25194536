using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <content>The functions for networks.</content>
internal static unsafe partial class Native
{
    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NetworkHandle virNetworkLookupByName(ConnectHandle connect, string name);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virNetworkGetXMLDesc(NetworkHandle network, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virNetworkIsActive(NetworkHandle network);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virNetworkIsPersistent(NetworkHandle network);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virNetworkUpdate(
        NetworkHandle network, uint command, uint section, int parentIndex, string xml, uint flags);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virNetworkGetDHCPLeases(
        NetworkHandle network, string? mac, out DhcpLease** leases, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial void virNetworkDHCPLeaseFree(DhcpLease* lease);

    /// <summary>libvirt's virNetworkDHCPLease.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DhcpLease
    {
        public nint Interface;
        public long ExpiryTime;
        public int Type;
        public nint Mac;
        public nint Iaid;
        public nint Address;
        public uint Prefix;
        public nint Hostname;
        public nint ClientId;
    }
}
