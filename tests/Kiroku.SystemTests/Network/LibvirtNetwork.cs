using System.Runtime.InteropServices;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.SystemTests.Network;

/// <summary>A libvirt network as its operator handles it.</summary>
internal sealed partial class LibvirtNetwork(string uri, string name)
{
    /// <summary>Its definition as it runs.</summary>
    public string Read() => With((_, network) => Native.Take(Native.virNetworkGetXMLDesc(network, 0)));

    /// <summary>How many filters of cards its libvirt has.</summary>
    public int CountFilters()
        => With((connect, _) => LibvirtException.Check(Native.virConnectNumOfNWFilters(connect)));

    public void Restart() => With((_, network) =>
    {
        LibvirtException.Check(virNetworkDestroy(network));
        return LibvirtException.Check(virNetworkCreate(network));
    });

    /// <summary>Ends the network and makes it anew, by its definition without what was reserved in it.</summary>
    public void MakeAnew() => With((connect, network) =>
    {
        var definition = System.Xml.Linq.XElement.Parse(Native.Take(Native.virNetworkGetXMLDesc(network, 0)));
        foreach (var host in definition.Descendants("host").ToList())
            host.Remove();
        LibvirtException.Check(virNetworkDestroy(network));
        LibvirtException.Check(virNetworkUndefine(network));
        using var made = LibvirtException.Check(virNetworkDefineXML(connect, definition.ToString()));
        return LibvirtException.Check(virNetworkCreate(made));
    });

    private T With<T>(Func<ConnectHandle, NetworkHandle, T> call)
    {
        using var connect = LibvirtException.Check(Native.virConnectOpen(uri));
        using var network = LibvirtException.Check(Native.virNetworkLookupByName(connect, name));
        return call(connect, network);
    }

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virNetworkDestroy(NetworkHandle network);

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virNetworkCreate(NetworkHandle network);

    [LibraryImport(LibvirtLibrary.Name)]
    private static partial int virNetworkUndefine(NetworkHandle network);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial NetworkHandle virNetworkDefineXML(ConnectHandle connect, string xml);
}
