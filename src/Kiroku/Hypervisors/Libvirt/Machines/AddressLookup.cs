using System.Runtime.InteropServices;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// The addresses of machines: in a libvirt network those that it reserves and leases. Nobody knows them on a bridge,
/// and nobody can reach those that QEMU's own network gives each machine for itself; there only the network is named.
/// </summary>
internal static unsafe class AddressLookup
{
    private const int FromLeases = 0;

    public static IReadOnlyList<MachineAddress> Unknown(MachineNetwork network, Guid machine)
        => network.Kind == NetworkKind.None ? [] : [new(network.Name, null, NetworkCard.MacOf(machine))];

    public static IReadOnlyList<MachineAddress> Leased(Session session, Guid machine)
    {
        using var domain = DomainLookup.Find(session, machine);
        if (domain is null)
            return [];
        var network = MachineNetwork.Parse(session.Options.Network);
        var reserved = Reservations.Find(session, network.Name, machine);
        var runs = DomainLookup.StateOf(domain) is MachineState.Running or MachineState.Paused;
        if (!runs && reserved is null)
            return [];
        var known = Known(reserved, runs ? Read(domain) : [])
            .Select(address => new MachineAddress(network.Name, address, NetworkCard.MacOf(machine))).ToList();
        return known.Count > 0 ? known : Unknown(network, machine);
    }

    /// <summary>
    /// A guest gets what is reserved for it, at the latest when it asks again. Only IPv4 addresses are reserved.
    /// </summary>
    private static IEnumerable<string> Known(string? reserved, List<string> leased)
        => reserved is null ? leased : leased.Where(address => address.Contains(':')).Prepend(reserved);

    private static List<string> Read(DomainHandle domain)
    {
        var count = LibvirtException.Check(Native.virDomainInterfaceAddresses(domain, out var cards, FromLeases, 0));
        var addresses = new List<string>();
        for (var card = 0; card < count; card++)
        {
            for (var number = 0; number < cards[card]->Count; number++)
                addresses.Add(Marshal.PtrToStringUTF8(cards[card]->Addresses[number].Address)!);
            Native.virDomainInterfaceFree(cards[card]);
        }
        NativeMemory.Free(cards);
        return addresses;
    }
}
