using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Tests.Hypervisors;

/// <summary>
/// The definitions that reach the host, and what becomes of them. The system tests show by guests what that is worth.
/// </summary>
public sealed class NetworkCardTests
{
    private const string Open = "<domain><devices><interface type='user'/></devices></domain>";

    [Fact]
    public void An_open_card_is_restricted_once_and_by_both_names()
    {
        Assert.True(NetworkCard.ReachesHost(Open));
        var isolated = NetworkCard.Isolate(Open)!;
        Assert.Contains("netdev.hostnet0.restrict=on", isolated, StringComparison.Ordinal);
        Assert.Contains("netdev.hostnet0.ipv6=off", isolated, StringComparison.Ordinal);
        Assert.False(NetworkCard.ReachesHost(isolated));
        Assert.Null(NetworkCard.Isolate(isolated));
    }

    [Fact]
    public void A_card_that_is_half_restricted_is_restricted_whole()
    {
        var half = NetworkCard.Isolate(Open)!.Replace("restrict=on", "restrict=off", StringComparison.Ordinal);
        Assert.True(NetworkCard.ReachesHost(half));
        Assert.False(NetworkCard.ReachesHost(NetworkCard.Isolate(half)!));
    }

    [Theory]
    [InlineData("<domain><devices/></domain>")]
    [InlineData("<domain><devices><interface type='bridge'/></devices></domain>")]
    [InlineData("<domain><devices><interface type='network'/></devices></domain>")]
    public void Other_cards_are_left_alone(string definition) => Assert.Null(NetworkCard.Isolate(definition));

    [Theory]
    [InlineData("isolated", "Isolated", "isolated")]
    [InlineData("user", "User", "user")]
    [InlineData("none", "None", "none")]
    [InlineData("bridge:br0", "Bridge", "br0")]
    [InlineData("User", "Libvirt", "User")]
    public void A_word_that_only_resembles_a_known_one_opens_nothing(string setting, string kind, string name)
    {
        var network = MachineNetwork.Parse(setting);
        Assert.Equal((kind, name), (network.Kind.ToString(), network.Name));
    }
}
