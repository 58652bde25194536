using Kiroku.Hypervisors.Libvirt.Machines;

namespace Kiroku.Tests.Hypervisors;

/// <summary>Which addresses a libvirt network has for machines, by its definition.</summary>
public sealed class DhcpAddressesTests
{
    private const string Definition = """
        <network><name>lan</name>
          <ip family='ipv6' address='2001:db8::1' prefix='64'>
            <dhcp><range start='2001:db8::2' end='2001:db8::9'/></dhcp>
          </ip>
          <ip address='192.0.2.1' netmask='255.255.255.0'><dhcp>
            <range start='192.0.2.1' end='192.0.2.3'/><range start='192.0.2.9' end='192.0.2.10'/>
            <host mac='FA:16:3E:00:00:01' ip='192.0.2.9'/>
          </dhcp></ip>
        </network>
        """;

    private static readonly DhcpAddresses Lan = DhcpAddresses.Read(Definition)!;

    [Fact]
    public void All_addresses_of_all_ranges_are_picked_but_the_networks_own_and_then_none()
    {
        var taken = new List<string>();
        while (Lan.Pick(Guid.NewGuid(), taken) is { } address)
        {
            Assert.True(Lan.IsFree(address, taken));
            taken.Add(address);
        }
        Assert.Equal(["192.0.2.10", "192.0.2.2", "192.0.2.3", "192.0.2.9"], taken.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_machine_finds_its_address_again_while_others_leave_it_free()
    {
        var machine = Guid.NewGuid();
        var address = Lan.Pick(machine, [])!;
        Assert.Equal(address, Lan.Pick(machine, []));
        Assert.NotEqual(address, Lan.Pick(machine, [address]));
    }

    [Theory]
    [InlineData("192.0.2.2", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.0.2.4", false)]
    [InlineData("192.0.2.10", false)]
    [InlineData("2001:db8::3", false)]
    [InlineData("nonsense", false)]
    public void What_is_taken_or_not_given_out_is_not_free(string address, bool free)
        => Assert.Equal(free, Lan.IsFree(address, ["192.0.2.10"]));

    [Fact]
    public void Cards_are_the_same_however_they_are_written()
        => Assert.Equal(
            ("192.0.2.9", null), (Lan.Of("fa:16:3e:00:00:01"), Lan.Of("fa:16:3e:00:00:02")));

    [Theory]
    [InlineData("<network><forward mode='bridge'/><bridge name='br0'/></network>")]
    [InlineData("<network><ip address='192.0.2.1'/></network>")]
    [InlineData("<network><ip address='192.0.2.1'><dhcp><bootp file='x'/></dhcp></ip></network>")]
    public void A_network_without_a_range_gives_out_none(string definition)
        => Assert.Null(DhcpAddresses.Read(definition));
}
