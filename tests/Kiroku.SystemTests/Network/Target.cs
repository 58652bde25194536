using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Kiroku.SystemTests.Network;

/// <summary>A target for a guest, in the script's form: a protocol, an address and a port.</summary>
internal sealed record Target(string Way, string Address, int Port)
{
    public const int GuestPort = 7777;

    /// <summary>The host's loopback, as QEMU's own network offers it.</summary>
    private static readonly string[] Gateways = ["10.0.2.2", "fec0::2"];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Way} {Address} {Port}");

    /// <summary>The targets that a guest does reach in QEMU's own network if nothing isolates it from the
    /// host.</summary>
    public static IReadOnlyList<Target> OfTheHost(Doors doors, int servicePort)
    {
        var addresses = Gateways.Concat(HostAddresses().Where(address => !address.IsIPv6LinkLocal).Select(Text));
        return
        [
            .. addresses.SelectMany(address =>
                new Target[] { new("tcp", address, doors.Everywhere), new("udp", address, doors.Datagrams) }),
            new("tcp", "10.0.2.2", doors.Loopback),
            new("tcp", "10.0.2.2", servicePort),
        ];
    }

    /// <summary>
    /// Targets that it reaches in no network of QEMU's, or only on a host that answers such requests.
    /// </summary>
    public static IReadOnlyList<Target> Further(Doors doors, int servicePort) =>
    [
        .. HostAddresses().Where(address => address.IsIPv6LinkLocal).Select(
            address => new Target("tcp", Text(address), doors.Everywhere)),
        .. HostAddresses().Select(address => new Target("tcp", Text(address), servicePort)),
        new("tcp", "fe80::2%eth0", doors.Everywhere),
        new("tcp", "10.0.2.3", doors.Everywhere),
        new("tcp", "10.0.2.255", doors.Everywhere),
        new("udp", "10.0.2.2", 69),
        new("dns", "10.0.2.3", 53),
        new("dns", "fec0::3", 53),
    ];

    public static Target Metadata { get; } = new("tcp", "169.254.169.254", 80);

    /// <summary>
    /// Another machine, by the address that QEMU's network gives to each machine, and by its own link-local one.
    /// </summary>
    public static IReadOnlyList<Target> Guest(string mac) =>
        [new("tcp", "10.0.2.15", GuestPort), new("tcp", LinkLocalOf(mac) + "%eth0", GuestPort)];

    private static IEnumerable<IPAddress> HostAddresses() =>
        from card in NetworkInterface.GetAllNetworkInterfaces()
        where card.OperationalStatus == OperationalStatus.Up
            && card.NetworkInterfaceType != NetworkInterfaceType.Loopback
        from address in card.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
        select address.Address;

    private static string Text(IPAddress address) =>
        address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) + "%eth0" : address.ToString();

    private static IPAddress LinkLocalOf(string mac)
    {
        var bytes = mac.Split(':').Select(part => Convert.ToByte(part, 16)).ToArray();
        return new IPAddress(
            [0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(bytes[0] ^ 2), bytes[1], bytes[2], 0xff, 0xfe, .. bytes[3..]]);
    }
}
