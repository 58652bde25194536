using System.Runtime.InteropServices;
using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// One of libvirt's networks, as it runs and as it is kept for its next start, either of which there may not be. All
/// members block.
/// </summary>
internal sealed unsafe class DhcpNetwork : IDisposable
{
    private const uint Live = 1;
    private const uint Kept = 2;
    private const uint KeptXml = 1;
    private const uint Delete = 2;
    private const uint Add = 3;
    private const uint DhcpHosts = 4;
    private const int AnyParent = -1;

    private readonly NetworkHandle network;

    private DhcpNetwork(NetworkHandle network) => this.network = network;

    /// <summary>The network; null if there is none of that name.</summary>
    public static DhcpNetwork? Find(Session session, string name)
    {
        var network = Native.virNetworkLookupByName(session.Connect, name);
        if (!network.IsInvalid)
            return new DhcpNetwork(network);
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoNetwork ? null : throw error;
    }

    /// <summary>What the network gives out in each of its states; empty where it gives out nothing.</summary>
    public IReadOnlyDictionary<uint, DhcpAddresses> Read()
    {
        var found = new Dictionary<uint, DhcpAddresses>();
        if (LibvirtException.Check(Native.virNetworkIsActive(network)) == 1
            && DhcpAddresses.Read(Native.Take(Native.virNetworkGetXMLDesc(network, 0))) is { } live)
            found[Live] = live;
        if (LibvirtException.Check(Native.virNetworkIsPersistent(network)) == 1
            && DhcpAddresses.Read(Native.Take(Native.virNetworkGetXMLDesc(network, KeptXml))) is { } kept)
            found[Kept] = kept;
        return found;
    }

    /// <summary>The addresses that guests have at the moment, each with its card's.</summary>
    public List<(string Mac, string Address)> ReadLeases()
    {
        var count = LibvirtException.Check(Native.virNetworkGetDHCPLeases(network, null, out var leases, 0));
        var read = new List<(string, string)>();
        for (var number = 0; number < count; number++)
        {
            var (mac, address) = (Marshal.PtrToStringUTF8(leases[number]->Mac),
                Marshal.PtrToStringUTF8(leases[number]->Address));
            read.Add((mac ?? "", address ?? ""));
            Native.virNetworkDHCPLeaseFree(leases[number]);
        }
        NativeMemory.Free(leases);
        return read;
    }

    /// <returns>False if the network has the address or the card already, or does not run any more.</returns>
    public bool TryAdd(string mac, string address, IEnumerable<uint> states) => TryUpdate(Add, states, new XElement(
        "host", new XAttribute("mac", mac), new XAttribute("ip", address)));

    /// <returns>False if the network has nothing for the card, or does not run any more.</returns>
    public bool TryRemove(string mac, uint state)
        => TryUpdate(Delete, [state], new XElement("host", new XAttribute("mac", mac)));

    public void Dispose() => network.Dispose();

    private bool TryUpdate(uint command, IEnumerable<uint> states, XElement host)
    {
        var flags = states.Aggregate(0u, (all, state) => all | state);
        if (flags == 0 || Native.virNetworkUpdate(network, command, DhcpHosts, AnyParent, host.ToString(), flags) >= 0)
            return true;
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.OperationInvalid ? false : throw error;
    }
}
