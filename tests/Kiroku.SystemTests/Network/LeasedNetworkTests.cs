using System.Text.Json.Nodes;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Network;

/// <summary>
/// Servers on a real libvirt network: their addresses are known when they are active, and guests get them.
/// </summary>
public sealed class LeasedNetworkTests(LeasedNetworkTests.LeasedService service) : ServiceTests(service),
IClassFixture<LeasedNetworkTests.LeasedService>
{
    private LibvirtNetwork Network => new(service.Daemon.Uri, NetworkedLibvirtd.Lan);

    [Fact]
    public async Task A_server_has_its_address_when_it_is_active_and_its_guest_gets_that_one_whatever_is_done_to_it()
    {
        var server = await NewServerAsync();
        var address = await AddressAsync(server);
        Assert.StartsWith("10.77.0.", address, StringComparison.Ordinal);
        var port = (await Service.Demo.ReadAsync($"/network/v2.0/ports?device_id={server.Id}"))["ports"]![0]!;
        Assert.Equal(address, (string)port["fixed_ips"]![0]!["ip_address"]!);
        await GotAsync(server, address, boots: 1);

        await server.DoAsync("""{"reboot": {"type": "HARD"} }""", "ACTIVE");
        await server.DoAsync("shelve", "SHELVED_OFFLOADED");
        await server.DoAsync("unshelve", "ACTIVE");
        Assert.Equal(address, await AddressAsync(server));
        await server.DoAsync($$"""{"rebuild": {"imageRef": "{{await Service.GuestImageIdAsync()}}"} }""", "ACTIVE");
        Network.MakeAnew();
        await server.DoAsync("""{"resize": {"flavorRef": "84"} }""", "VERIFY_RESIZE");
        await server.DoAsync("confirmResize", "ACTIVE");
        Assert.Equal(address, await AddressAsync(server));
        Assert.Contains(NetworkCard.MacOf(server.Id), Network.Read(), StringComparison.Ordinal);

        await server.DeleteAsync();
        Assert.DoesNotContain("<host", Network.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_has_the_address_that_it_asked_for_and_no_other_may_ask_for_it()
    {
        var network = (string)(await Service.Demo.ReadAsync("/network/v2.0/networks?name=lan"))["networks"]![0]!["id"]!;
        const string Wanted = "10.77.0.25";
        var made = await AskAsync(network, Wanted);
        Assert.Equal(202, made.Status);
        var server = Guid.Parse((string)made.Json["server"]!["id"]!);
        var shown = await Poll.ForAsync("the server", async () => await ShowAsync(server) is { } found
            && (string)found["status"]! == "ACTIVE" ? found : null);
        Assert.Equal(Wanted, (string)shown["addresses"]!["lan"]![0]!["addr"]!);
        var other = await AskAsync(network, Wanted);
        Assert.Equal((400, $"Fixed IP address {Wanted} is already in use on instance {server}."),
            (other.Status, (string)other.Json["badRequest"]!["message"]!));
        await Service.Demo.SendAsync(HttpMethod.Delete, $"/v2.1/servers/{server}");
        await Poll.UntilAsync("the server to be gone", async () => await ShowAsync(server) is null);
    }

    private async Task<JsonObject?> ShowAsync(Guid server)
        => await Service.Demo.GetAsync($"/v2.1/servers/{server}") is { Status: 200 } found
            ? found.Json["server"]!.AsObject()
            : null;

    private async Task<Answer> AskAsync(string network, string address) => await Service.Demo.PostAsync(
        "/v2.1/servers",
        $$"""
        {"server": {"name": "fixed", "flavorRef": "42", "imageRef": "{{await Service.GuestImageIdAsync()}}",
            "networks": [{"uuid": "{{network}}", "fixed_ip": "{{address}}"}] } }
        """);

    private static async Task<string> AddressAsync(TestServer server)
        => (string)Assert.Single((await server.ShowAsync())["addresses"]!["lan"]!.AsArray())!["addr"]!;

    private static Task GotAsync(TestServer server, string address, int boots) => Poll.UntilAsync(
        $"the guest to have {address}",
        async () => (await server.ConsoleAsync()).Split($"KIROKU NETWORK address={address}").Length > boots,
        TimeSpan.FromMinutes(3), server.ConsoleAsync);

    public sealed class LeasedService : TestService
    {
        internal NetworkedLibvirtd Daemon { get; private set; } = null!;

        internal override Dictionary<string, string> Settings => new(base.Settings)
        {
            ["Hypervisors__Uri"] = Daemon.Uri,
            ["Hypervisors__Network"] = NetworkedLibvirtd.Lan,
        };

        internal override async Task PrepareDataAsync()
        {
            Daemon = await NetworkedLibvirtd.StartAsync();
            await base.PrepareDataAsync();
        }

        internal override async Task RemoveDataAsync()
        {
            await Daemon.DisposeAsync();
            await base.RemoveDataAsync();
        }
    }
}
