using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <content>The functions for machines, which libvirt calls domains.</content>
internal static unsafe partial class Native
{
    private const int UuidBytes = 16;

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virConnectGetAllDomainStats(
        ConnectHandle connect, uint stats, out DomainStats** records, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial void virDomainStatsRecordListFree(DomainStats** records);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virTypedParamsGetInt(nint parameters, int count, string name, out int value);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial DomainHandle virDomainLookupByName(ConnectHandle connect, string name);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial DomainHandle virDomainLookupByUUIDString(ConnectHandle connect, string uuid);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial DomainHandle virDomainDefineXML(ConnectHandle connect, string xml);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virDomainGetName(nint domain);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virDomainGetName(DomainHandle domain);

    /// <summary>The UUID that libvirt has for the machine.</summary>
    public static Guid GetUuid(nint domain)
    {
        var bytes = stackalloc byte[UuidBytes];
        LibvirtException.Check(virDomainGetUUID(domain, bytes));
        return new Guid(new ReadOnlySpan<byte>(bytes, UuidBytes), bigEndian: true);
    }

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virDomainGetUUID(nint domain, byte* uuid);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainIsPersistent(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainRename(DomainHandle domain, string name, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainGetState(DomainHandle domain, out int state, out int reason, uint flags);

    /// <summary>The memory in KiB; 0 where libvirt cannot tell.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nuint virDomainGetMaxMemory(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainInterfaceAddresses(
        DomainHandle domain, out Card** cards, uint source, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial void virDomainInterfaceFree(Card* card);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainCreate(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainResume(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainBackupBegin(DomainHandle domain, string backup, string? checkpoint, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainAbortJob(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainGetJobStats(
        DomainHandle domain, out int type, out nint parameters, out int count, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial void virTypedParamsFree(nint parameters, int count);

    /// <summary>The kind of the job that runs, or how the last one ended; 0 where there is none.</summary>
    public static int GetJobOutcome(DomainHandle domain, uint flags, out int type)
    {
        var result = virDomainGetJobStats(domain, out type, out var parameters, out var count, flags);
        if (result >= 0)
            virTypedParamsFree(parameters, count);
        return result;
    }

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainSuspend(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainInjectNMI(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainManagedSave(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainHasManagedSaveImage(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainManagedSaveRemove(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virDomainGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial nint virDomainManagedSaveGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainManagedSaveDefineXML(DomainHandle domain, string xml, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainShutdown(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainShutdownFlags(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainDestroy(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    public static partial int virDomainUndefineFlags(DomainHandle domain, uint flags);

    /// <summary>libvirt's virDomainStatsRecord.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DomainStats
    {
        public nint Domain;
        public nint Parameters;
        public int Count;
    }

    /// <summary>libvirt's virDomainInterface.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Card
    {
        public nint Name;
        public nint Mac;
        public uint Count;
        public CardAddress* Addresses;
    }

    /// <summary>libvirt's virDomainIPAddress.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CardAddress
    {
        public int Type;
        public nint Address;
        public uint Prefix;
    }
}
