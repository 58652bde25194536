using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>libvirt's own functions, by their own names: the connection, its events and its errors.</summary>
internal static unsafe partial class Native
{
    /// <summary>The name without a version belongs to the development package.</summary>
    private const string Library = "libvirt.so.0";

    [LibraryImport(Library)]
    public static partial int virInitialize();

    [LibraryImport(Library)]
    public static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, nint, void> handler);

    [LibraryImport(Library)]
    public static partial ErrorInfo* virGetLastError();

    [LibraryImport(Library)]
    public static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    public static partial int virEventRunDefaultImpl();

    [LibraryImport(Library)]
    public static partial int virEventAddTimeout(
        int milliseconds, delegate* unmanaged[Cdecl]<int, nint, void> callback, nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ConnectHandle virConnectOpen(string uri);

    [LibraryImport(Library)]
    public static partial int virConnectClose(nint connect);

    [LibraryImport(Library)]
    public static partial int virConnectIsAlive(ConnectHandle connect);

    [LibraryImport(Library)]
    public static partial int virConnectRegisterCloseCallback(
        ConnectHandle connect, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback, nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial int virConnectUnregisterCloseCallback(
        ConnectHandle connect, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(Library)]
    public static partial int virConnectDomainEventRegisterAny(
        ConnectHandle connect, nint domain, int eventId,
        delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int> callback, nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial int virConnectDomainEventDeregisterAny(ConnectHandle connect, int callbackId);

    [LibraryImport(Library)]
    public static partial int virConnectGetVersion(ConnectHandle connect, out nuint version);

    [LibraryImport(Library)]
    public static partial nint virConnectGetCapabilities(ConnectHandle connect);

    [LibraryImport(Library)]
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
    public struct ErrorInfo
    {
        public int Code;
        public int Domain;
        public byte* Message;
        public int Level;
        public nint Connect;
        public nint Machine;
        public nint Text1;
        public nint Text2;
        public nint Text3;
        public int Number1;
        public int Number2;
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
