using System.Globalization;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Machines;

namespace Kiroku.SystemTests.Network;

/// <summary>Machines' addresses in a real libvirt network, before any guest runs.</summary>
public sealed class ReservedAddressTests : IAsyncLifetime
{
    private const string First = "10.78.0.10";
    private NetworkedLibvirtd daemon = null!;
    private LibvirtHypervisor host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LibvirtNetwork Network => new(daemon.Uri, NetworkedLibvirtd.Tiny);

    public async ValueTask InitializeAsync()
    {
        daemon = await NetworkedLibvirtd.StartAsync();
        host = daemon.Connect(NetworkedLibvirtd.Tiny);
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        if (daemon is not null)
            await daemon.DisposeAsync();
    }

    [Fact]
    public async Task Machines_defined_at_once_have_addresses_of_their_own_and_the_next_is_told_that_none_is_left()
    {
        var specs = Enumerable.Range(0, 4).Select(_ => Spec()).ToList();
        await Task.WhenAll(specs.Select(spec => host.DefineAsync(spec, Token)));
        var addresses = new List<string>();
        foreach (var spec in specs)
            addresses.Add(await AddressAsync(spec.Id));
        Assert.Equal([.. Enumerable.Range(10, 4).Select(At)], addresses.Order(StringComparer.Ordinal));

        var next = Spec();
        var full = await Assert.ThrowsAsync<HypervisorException>(() => host.DefineAsync(next, Token));
        Assert.Equal(HypervisorFailure.NotSupported, full.Failure);
        Assert.EndsWith("No fixed IP addresses available for network: tiny", full.Operation, StringComparison.Ordinal);
        await host.UndefineAsync(specs[1].Id, Token);
        await host.DefineAsync(next, Token);
        Assert.Equal(addresses[1], await AddressAsync(next.Id));
    }

    [Fact]
    public async Task A_machine_has_the_address_that_it_must_have_or_is_refused()
    {
        var (one, other) = (Spec() with { Address = First, MustHaveAddress = true }, Spec());
        await host.DefineAsync(one, Token);
        Assert.Equal(First, await AddressAsync(one.Id));
        foreach (var address in new[] { First, "10.78.0.99", "10.77.0.10" })
        {
            var must = other with { Address = address, MustHaveAddress = true };
            var refused = await Assert.ThrowsAsync<HypervisorException>(() => host.DefineAsync(must, Token));
            Assert.Contains(address, refused.Operation, StringComparison.Ordinal);
        }
        // The one that it would like is taken, and so it gets another, and later the one that it must have.
        await host.DefineAsync(other with { Address = First }, Token);
        Assert.NotEqual(First, await AddressAsync(other.Id));
        await host.UndefineAsync(one.Id, Token);
        await host.DefineAsync(other with { Address = First, MustHaveAddress = true }, Token);
        Assert.Equal(First, await AddressAsync(other.Id));
    }

    [Fact]
    public async Task An_address_outlives_the_networks_restart_is_wanted_again_in_a_new_one_and_goes_with_the_machine()
    {
        var spec = Spec();
        await host.DefineAsync(spec, Token);
        var address = await AddressAsync(spec.Id);
        Network.Restart();
        Assert.Equal(address, await AddressAsync(spec.Id));

        Network.MakeAnew();
        Assert.Empty(await host.GetAddressesAsync(spec.Id, Token));
        var others = Spec() with { Address = address };
        await host.DefineAsync(spec with { Address = address }, Token);
        await host.DefineAsync(others, Token);
        Assert.Equal(address, await AddressAsync(spec.Id));
        Assert.NotEqual(address, await AddressAsync(others.Id));

        await host.UndefineAsync(spec.Id, Token);
        await host.UndefineAsync(others.Id, Token);
        Assert.DoesNotContain("<host", Network.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_is_put_on_another_network_gives_back_its_address_in_the_first()
    {
        var spec = Spec();
        await host.DefineAsync(spec, Token);
        await using var moved = daemon.Connect(NetworkedLibvirtd.Lan);
        await moved.DefineAsync(spec, Token);
        Assert.DoesNotContain("<host", Network.Read(), StringComparison.Ordinal);
        var address = Assert.Single(await moved.GetAddressesAsync(spec.Id, Token));
        Assert.Equal((NetworkedLibvirtd.Lan, NetworkCard.MacOf(spec.Id)), (address.Network, address.Mac));
        await moved.UndefineAsync(spec.Id, Token);
    }

    private static MachineSpec Spec() => new(Guid.NewGuid(), "machine", 1, 64, "disk");

    private static string At(int number) => $"10.78.0.{number.ToString(CultureInfo.InvariantCulture)}";

    private async Task<string> AddressAsync(Guid machine)
        => Assert.Single(await host.GetAddressesAsync(machine, Token)).Address!;
}
