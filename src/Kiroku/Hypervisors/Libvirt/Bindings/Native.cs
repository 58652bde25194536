using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>libvirt's own functions, by their own names: the connection and its events.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virInitialize();

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, nint, void> handler);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virEventRegisterDefaultImpl();

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virEventRunDefaultImpl();

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virEventAddTimeout(
        int milliseconds, delegate* unmanaged[Cdecl]<int, nint, void> callback, nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ConnectHandle virConnectOpen(string uri);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectIsAlive(ConnectHandle connect);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectRegisterCloseCallback(
        ConnectHandle connect, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback, nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectUnregisterCloseCallback(
        ConnectHandle connect, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectDomainEventRegisterAny(
        ConnectHandle connect, nint domain, int eventId,
        delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int> callback, nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectDomainEventDeregisterAny(ConnectHandle connect, int callbackId);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectGetVersion(ConnectHandle connect, out nuint version);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virConnectGetCapabilities(ConnectHandle connect);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint virConnectGetDomainCapabilities(
        ConnectHandle connect, string? emulator, string? architecture, string? machine, string? type, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virNodeGetInfo(ConnectHandle connect, out NodeInfo info);

    /// <summary>Takes over a string that libvirt allocated.</summary>
    public static string Take(nint text)
    {
        if (text == 0)
            throw LibvirtException.Read();
        try
        {
            return Marshal.PtrToStringUTF8(text)!;
        }
        finally
        {
            NativeMemory.Free((void*)text);
        }
    }

    /// <summary>Takes over a list that libvirt allocated; its elements stay.</summary>
    public static nint[] Take(nint* list, int count)
    {
        if (count < 0)
            throw LibvirtException.Read();
        var items = new ReadOnlySpan<nint>(list, count).ToArray();
        NativeMemory.Free(list);
        return items;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct NodeInfo
    {
        public fixed byte Model[32];
        public nuint MemoryKiB;
        public uint Processors;
        public uint Megahertz;
        public uint Nodes;
        public uint Sockets;
        public uint Cores;
        public uint Threads;
    }
}
