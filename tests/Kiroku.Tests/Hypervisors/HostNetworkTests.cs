using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Kiroku.Nodes;

namespace Kiroku.Tests.Hypervisors;

public sealed class HostNetworkTests
{
    private const string Forwarded = """
        <network><name>lab</name><forward mode='nat'/><mtu size='9000'/><bridge name='virbr1'/>
          <ip address='192.168.122.1' netmask='255.255.254.0'>
            <dhcp><range start='192.168.122.2' end='192.168.123.254'/></dhcp>
          </ip>
          <ip family='ipv6' address='2001:db8:ca2:2::1' prefix='64'/>
        </network>
        """;

    [Fact]
    public void A_libvirt_networks_definition_tells_its_subnets()
    {
        var network = NetworkXml.Read("lab", Forwarded);
        Assert.Equal((NetworkKind.Libvirt, "lab", 9000), (network.Kind, network.Name, network.Mtu));
        Assert.Equal(
            [
                new HostSubnet("192.168.122.0/23")
                {
                    Gateway = "192.168.122.1",
                    NameServer = "192.168.122.1",
                    GivesAddresses = true,
                    Given = new AddressRange("192.168.122.2", "192.168.123.254"),
                },
                new HostSubnet("2001:db8:ca2:2::/64")
                {
                    Gateway = "2001:db8:ca2:2::1",
                    NameServer = "2001:db8:ca2:2::1",
                },
            ], network.Subnets);
    }

    [Theory]
    [InlineData("<network><ip address='192.0.2.1'/></network>", "192.0.2.0/24")]
    [InlineData("<network><ip address='10.1.2.3'/></network>", "10.0.0.0/8")]
    [InlineData("<network><dns enable='no'/><ip address='192.0.2.129' prefix='25'/></network>", "192.0.2.128/25")]
    [InlineData("<network><forward mode='bridge'/><bridge name='br0'/></network>", null)]
    public void Without_a_way_out_there_is_no_gateway_and_without_addresses_no_subnet(string definition, string? cidr)
    {
        var subnets = NetworkXml.Read("net", definition).Subnets;
        Assert.Equal(cidr, subnets.SingleOrDefault()?.Cidr);
        Assert.All(subnets, subnet => Assert.Null(subnet.Gateway));
    }

    [Theory]
    [InlineData("""{"kind":"Wireless","name":"x"}""")]
    [InlineData("""{"kind":"Bridge","name":"x","subnets":[{"cidr":"nonsense"}]}""")]
    [InlineData("nonsense")]
    [InlineData("null")]
    public void A_network_that_another_version_wrote_otherwise_is_unknown(string text)
        => Assert.Null(NetworkText.Read(text));

    [Theory]
    [InlineData("isolated", "10.0.2.0/24 null")]
    [InlineData("user", "10.0.2.0/24 10.0.2.2, fec0::/64 fec0::2")]
    [InlineData("bridge:lan", "")]
    [InlineData("none", "")]
    public void Of_qemus_own_networks_all_is_known_and_of_a_bridge_its_name(string setting, string expected)
        => Assert.Equal(expected, string.Join(", ", OwnNetworks.Of(MachineNetwork.Parse(setting)).Subnets.Select(
            subnet => $"{subnet.Cidr} {subnet.Gateway ?? "null"}")));

    [Fact]
    public void What_a_row_holds_is_the_same_network()
    {
        var none = OwnNetworks.Of(MachineNetwork.Parse("none"));
        foreach (var network in new[] { NetworkXml.Read("lab", Forwarded), none })
        {
            var read = NetworkText.Read(NetworkText.Write(network))!;
            Assert.Equal((network.Kind, network.Name, network.Mtu), (read.Kind, read.Name, read.Mtu));
            Assert.Equal(network.Subnets, read.Subnets);
        }
    }
}
