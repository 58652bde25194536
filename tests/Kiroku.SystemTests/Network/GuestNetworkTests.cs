using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Network;

/// <summary>What a guest reaches with the default settings, by its own report: nothing.</summary>
public sealed class GuestNetworkTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Fact]
    public async Task A_guest_has_an_address_and_reaches_nothing_of_the_host_nor_another_guest()
    {
        await using var doors = new Doors();
        var own = new Target("tcp", "10.0.2.15", Target.GuestPort);
        var other = await NewServerAsync(userData: Probe.OfListener([own]));
        await Probe.ReachedAsync(other, [own]);

        Target[] targets =
        [
            .. Target.OfTheHost(doors, Service.Port), .. Target.Further(doors, Service.Port), Target.Metadata,
            .. Target.Guest(NetworkCard.MacOf(other.Id)),
        ];
        var guest = await NewServerAsync(userData: Probe.Of(targets));
        var found = await Probe.NextRoundAsync(guest, targets.Distinct().Count());
        Assert.Equal(targets.Select(target => target.ToString()).Distinct().Order(), found.Keys.Order());
        Assert.Equal("", string.Join(", ", found.Where(pair => pair.Value).Select(pair => pair.Key).Order()));
        Assert.Equal(0, doors.Knocks);
        Assert.Contains("KIROKU NETWORK address=10.0.2.15", await guest.ConsoleAsync(), StringComparison.Ordinal);
    }
}
