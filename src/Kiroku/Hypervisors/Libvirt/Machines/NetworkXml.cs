using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Xml.Linq;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>A libvirt network's definition, read for what guests are told there.</summary>
internal static class NetworkXml
{
    private const int Ethernet = 1500;

    public static HostNetwork Read(string name, string xml)
    {
        var network = XElement.Parse(xml);
        return new HostNetwork(NetworkKind.Libvirt, name)
        {
            Mtu = (int?)network.Element("mtu")?.Attribute("size") ?? Ethernet,
            Subnets = [.. network.Elements("ip").Select(ip => ReadSubnet(network, ip)).OfType<HostSubnet>()],
        };
    }

    private static HostSubnet? ReadSubnet(XElement network, XElement ip)
    {
        if (!IPAddress.TryParse((string?)ip.Attribute("address"), out var own) || PrefixOf(ip, own) is not { } prefix)
            return null;
        var dhcp = ip.Element("dhcp");
        var range = dhcp?.Element("range");
        return new HostSubnet(Cidr.Of(own, prefix))
        {
            // A network that is not forwarded tells its guests of no router.
            Gateway = network.Element("forward") is null ? null : own.ToString(),
            NameServer = (string?)network.Element("dns")?.Attribute("enable") == "no" ? null : own.ToString(),
            GivesAddresses = dhcp is not null,
            Given = range is null ? null : new((string)range.Attribute("start")!, (string)range.Attribute("end")!),
        };
    }

    private static int? PrefixOf(XElement ip, IPAddress own)
    {
        if ((int?)ip.Attribute("prefix") is { } prefix)
            return prefix;
        return IPAddress.TryParse((string?)ip.Attribute("netmask"), out var mask)
            ? mask.GetAddressBytes().Sum(part => BitOperations.PopCount(part))
            : DefaultPrefixOf(own);
    }

    /// <summary>libvirt's, where the definition names none: by the classes of old, or an IPv6 network's.</summary>
    private static int? DefaultPrefixOf(IPAddress own) => own.AddressFamily == AddressFamily.InterNetworkV6
        ? 64
        : own.GetAddressBytes()[0] switch { < 128 => 8, < 192 => 16, < 224 => 24, _ => null };
}
