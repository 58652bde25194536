using System.Diagnostics;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>The contract with libvirt's own mock, which needs only the library.</summary>
public sealed class MockHypervisorTests : HypervisorContract
{
    private protected override Task<LibvirtHypervisor> ConnectAsync()
    {
        RealParts.Require("/usr/lib/x86_64-linux-gnu/libvirt.so.0");
        return Task.FromResult(Open("test:///default"));
    }

    private protected override LibvirtOptions OptionsOfHost => Options("user");

    private protected override Task<LibvirtAddress> FindDaemonAsync()
        => Task.FromResult(new LibvirtAddress("test:///default"));

    private static LibvirtOptions Options(string network) => new() { Folder = "/kiroku-mock", Network = network };

    private static LibvirtHypervisor Open(string uri, string network = "user") => new(
        uri, Options(network), TimeProvider.System, NullLogger<LibvirtHypervisor>.Instance);

    [Fact]
    public async Task The_mock_stops_a_machine_at_once()
    {
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        var began = Stopwatch.GetTimestamp();
        await Hypervisor.StopAsync(machine, TimeSpan.FromMinutes(1), Token);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        await ExpectAsync(machine, MachineState.Off);
    }

    [Fact]
    public async Task A_machine_in_a_libvirt_network_has_the_address_of_its_lease_while_it_runs()
    {
        await using var leasing = Open("test:///default", "default");
        await leasing.Connected;
        var machine = Guid.NewGuid();
        await leasing.DefineAsync(new MachineSpec(machine, "leases", 1, 64, "leases-1"), Token);
        Assert.Empty(await leasing.GetAddressesAsync(machine, Token));
        await leasing.StartAsync(machine, Token);
        var address = Assert.Single(await leasing.GetAddressesAsync(machine, Token));
        Assert.Equal(("default", await leasing.GetMacAddressAsync(machine, Token)), (address.Network, address.Mac));
        Assert.StartsWith("192.168.122.", address.Address!, StringComparison.Ordinal);
        await leasing.UndefineAsync(machine, Token);
        Assert.Empty(await leasing.GetAddressesAsync(machine, Token));
    }

    [Fact]
    public async Task Of_a_libvirt_network_its_definition_tells_the_subnet_and_of_one_that_is_not_there_the_name()
    {
        await using var there = Open("test:///default", "default");
        await there.Connected;
        var network = await there.GetNetworkAsync(Token);
        Assert.Equal((NetworkKind.Libvirt, "default"), (network.Kind, network.Name));
        Assert.Equal("192.168.122.0/24", Assert.Single(network.Subnets).Cidr);
        await using var missing = Open("test:///default", "missing");
        await missing.Connected;
        Assert.Equal(("missing", 0), ((await missing.GetNetworkAsync(Token)).Name,
            (await missing.GetNetworkAsync(Token)).Subnets.Count));
    }

    [Fact]
    public async Task A_machine_may_have_no_card()
    {
        await using var other = Open("test:///default", "isolated");
        await other.Connected;
        var machine = Guid.NewGuid();
        await other.DefineAsync(new MachineSpec(machine, "bare", 1, 64, "bare-1") { HasNoCard = true }, Token);
        await other.StartAsync(machine, Token);
        Assert.Equal(MachineState.Running, await other.GetStateAsync(machine, Token));
        await other.UndefineAsync(machine, Token);
    }

    [Fact]
    public async Task The_mock_takes_every_hardware()
    {
        var has = await Hypervisor.GetAbilitiesAsync(Token);
        Assert.True(has is { HasUefi: true, LimitsCpu: true });
        foreach (var bus in has.DiskBuses)
        {
            await Hypervisor.DefineAsync(SpecOf(await NewMachineAsync()) with
            {
                ConfigVolume = "config",
                Hardware = new MachineHardware
                {
                    DiskBus = bus,
                    CdromBus = "sata",
                    IsUefi = true,
                    MachineType = "q35",
                    CardModel = "e1000",
                    HasAgent = true,
                    WatchdogAction = "reset",
                    Shape = new CpuShape(1, 1, 1),
                    InputBus = "virtio",
                    VideoModel = "qxl",
                    Limits = new MachineLimits { CpuShares = 100, DiskBytes = new Flow(1, 2, 0) },
                },
            }, Token);
        }
    }

    [Theory]
    [InlineData("isolated", "isolated")]
    [InlineData("user", "user")]
    [InlineData("bridge:br0", "br0")]
    public async Task Of_other_networks_only_the_name_is_known(string network, string name)
    {
        await using var other = Open("test:///default", network);
        await other.Connected;
        var address = Assert.Single(await other.GetAddressesAsync(Guid.NewGuid(), Token));
        Assert.Equal((name, null), (address.Network, address.Address));
    }

    [Fact]
    public void The_mock_says_that_nothing_runs()
        => Assert.Equal((false, "test"), (Hypervisor.IsReal, Hypervisor.Kind));

    [Fact]
    public async Task A_uri_that_nothing_answers_is_reported_at_once()
    {
        await using var none = Open("nothing:///here");
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => none.Connected);
        Assert.Equal(HypervisorFailure.NotSupported, failure.Failure);
        await Assert.ThrowsAsync<HypervisorException>(() => none.GetStateAsync(Guid.NewGuid(), Token));
    }
}
