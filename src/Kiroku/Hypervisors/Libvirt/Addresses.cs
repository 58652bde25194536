using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>Where machines can be reached, as their network knows it: QEMU's own by its rule, libvirt's by their leases.</summary>
internal static unsafe class Addresses
{
    private const int FromLeases = 0;

    /// <summary>The first that QEMU's user-mode network gives away; each machine is alone in one (QEMU, "-netdev user", dhcpstart).</summary>
    private const string OfUserNetwork = "10.0.2.15";

    public static bool AreAsked(string network) => network is not ("none" or "user") && !network.StartsWith("bridge:", StringComparison.Ordinal);

    public static IReadOnlyList<MachineAddress> Known(string network, Guid machine)
        => network == "user" ? [new MachineAddress(network, OfUserNetwork, MachineXml.MacOf(machine))] : [];

    public static List<MachineAddress> Leased(Session session, Guid machine)
    {
        using var domain = Domains.Find(session, machine);
        if (domain is null || Domains.State(domain) is not (MachineState.Running or MachineState.Paused)) return [];
        var count = LibvirtException.Check(Native.virDomainInterfaceAddresses(domain, out var cards, FromLeases, 0));
        var addresses = new List<MachineAddress>();
        for (var card = 0; card < count; card++)
        {
            for (var number = 0; number < cards[card]->Count; number++)
            {
                var address = Marshal.PtrToStringUTF8(cards[card]->Addresses[number].Address)!;
                addresses.Add(new MachineAddress(session.Options.Network, address, MachineXml.MacOf(machine)));
            }
            Native.virDomainInterfaceFree(cards[card]);
        }
        NativeMemory.Free(cards);
        return addresses;
    }
}
