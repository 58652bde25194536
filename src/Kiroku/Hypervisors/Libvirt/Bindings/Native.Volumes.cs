using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <content>The functions for pools, volumes and the streams that fill them.</content>
internal static unsafe partial class Native
{
    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial PoolHandle virStoragePoolLookupByName(ConnectHandle connect, string name);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial PoolHandle virStoragePoolLookupByTargetPath(ConnectHandle connect, string path);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial PoolHandle virStoragePoolDefineXML(ConnectHandle connect, string xml, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStoragePoolBuild(PoolHandle pool, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStoragePoolCreate(PoolHandle pool, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStoragePoolIsActive(PoolHandle pool);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStoragePoolSetAutostart(PoolHandle pool, int autostart);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStoragePoolRefresh(PoolHandle pool, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStoragePoolGetInfo(PoolHandle pool, out PoolInfo info);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStoragePoolListAllVolumes(PoolHandle pool, out nint* volumes, uint flags);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial VolumeHandle virStorageVolLookupByName(PoolHandle pool, string name);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial VolumeHandle virStorageVolLookupByPath(ConnectHandle connect, string path);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial VolumeHandle virStorageVolCreateXML(PoolHandle pool, string xml, uint flags);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial VolumeHandle virStorageVolCreateXMLFrom(
        PoolHandle pool, string xml, VolumeHandle source, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virStorageVolGetName(VolumeHandle volume);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virStorageVolGetXMLDesc(VolumeHandle volume, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStorageVolGetInfo(VolumeHandle volume, out VolumeInfo info);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStorageVolGetInfoFlags(VolumeHandle volume, out VolumeInfo info, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStorageVolResize(VolumeHandle volume, ulong capacity, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStorageVolDelete(VolumeHandle volume, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStorageVolWipe(VolumeHandle volume, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStorageVolUpload(
        VolumeHandle volume, StreamHandle stream, ulong offset, ulong length, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStorageVolDownload(
        VolumeHandle volume, StreamHandle stream, ulong offset, ulong length, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStreamRecv(StreamHandle stream, byte* data, nuint bytes);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial StreamHandle virStreamNew(ConnectHandle connect, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStreamSend(StreamHandle stream, byte* data, nuint bytes);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStreamSendHole(StreamHandle stream, long length, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStreamFinish(StreamHandle stream);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virStreamAbort(StreamHandle stream);

    [StructLayout(LayoutKind.Sequential)]
    public struct PoolInfo
    {
        public int State;
        public ulong Capacity;
        public ulong Allocation;
        public ulong Available;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct VolumeInfo
    {
        public int Type;
        public ulong Capacity;
        public ulong Allocation;
    }
}
