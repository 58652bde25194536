using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// What is known of networks without asking libvirt: of QEMU's own all, as its source has it (slirp's defaults), of a
/// bridge its name.
/// </summary>
internal static class OwnNetworks
{
    private const int Ethernet = 1500;
    private static readonly AddressRange Given = new("10.0.2.15", "10.0.2.30");
    private static readonly HostSubnet V4 = new("10.0.2.0/24") { GivesAddresses = true, Given = Given };

    /// <summary>Guests make their own addresses of what the router tells them.</summary>
    private static readonly HostSubnet V6
        = new("fec0::/64") { Gateway = "fec0::2", NameServer = "fec0::3", GivesAddresses = true };

    public static HostNetwork Of(MachineNetwork network)
    {
        var known = new HostNetwork(network.Kind, network.Name);
        return network.Kind switch
        {
            // Restricted, QEMU names neither a router nor a name server.
            NetworkKind.Isolated => known with { Mtu = Ethernet, Subnets = [V4] },
            NetworkKind.User => known with
            {
                Mtu = Ethernet,
                Subnets = [V4 with { Gateway = "10.0.2.2", NameServer = "10.0.2.3" }, V6],
            },
            _ => known,
        };
    }
}
