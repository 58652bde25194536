using Kiroku.Hypervisors;

namespace Kiroku.Tests.Servers;

/// <summary>Servers' addresses, as their networks report them.</summary>
public sealed class AddressTests : IAsyncLifetime
{
    private const string Mac = "fa:16:3e:00:00:02";
    private static readonly MachineAddress[] Two = [new("home", "192.0.2.7", Mac), new("home", "2001:db8::7", Mac)];
    private Cloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await Cloud.StartAsync();

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_server_shows_the_addresses_that_it_has_once_it_is_active()
    {
        cloud.Host.Addresses = Two;
        var server = await cloud.CreateServerAsync();

        var shown = (await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}"))["server"]!["addresses"]!.ToJsonString();
        var listed =
            (await cloud.Demo.GetJsonAsync("/v2.1/servers/detail"))["servers"]![0]!["addresses"]!.ToJsonString();

        var expected =
            $$"""{"home":[{"version":4,"addr":"192.0.2.7","OS-EXT-IPS:type":"fixed","OS-EXT-IPS-MAC:mac_addr":"{{Mac}}"},{"version":6,"addr":"2001:db8::7","OS-EXT-IPS:type":"fixed","OS-EXT-IPS-MAC:mac_addr":"{{Mac}}"}]}""";
        Assert.Equal((expected, expected), (shown, listed));
    }

    [Fact]
    public async Task Addresses_are_shown_by_themselves_without_their_cards()
    {
        cloud.Host.Addresses = Two;
        var server = await cloud.CreateServerAsync();
        const string Expected = """{"home":[{"version":4,"addr":"192.0.2.7"},{"version":6,"addr":"2001:db8::7"}]}""";
        Assert.Equal($$"""{"addresses":{{Expected}}}""",
            (await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}/ips")).ToJsonString());
        Assert.Equal(Expected, (await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}/ips/home")).ToJsonString());
        Assert.Equal(404, (await cloud.Demo.AskAsync("GET", $"/v2.1/servers/{server}/ips/away")).Status);
    }

    [Theory]
    [InlineData("2.74", false)]
    [InlineData("2.75", true)]
    public async Task The_answers_to_an_update_and_a_rebuild_show_cards_only_from_2_75_on(string version, bool cards)
    {
        cloud.Host.Addresses = Two;
        var server = await cloud.CreateServerAsync();
        var image = (await cloud.ServerAsync(server)).ImageId;
        var header = ("OpenStack-API-Version", $"compute {version}");

        using var updated = await cloud.Demo.PutJsonAsync(
            $"/v2.1/servers/{server}", """{"server":{"name":"other"}}""", header);
        using var rebuilt = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action",
            $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}""", header);

        Assert.Equal((200, 202), ((int)updated.StatusCode, (int)rebuilt.StatusCode));
        foreach (var answer in new[] { updated, rebuilt })
        {
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("192.0.2.7", text, StringComparison.Ordinal);
            Assert.Equal(cards, text.Contains("OS-EXT-IPS", StringComparison.Ordinal));
        }
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
    }

    [Fact]
    public async Task A_network_in_which_no_address_is_known_is_named()
    {
        cloud.Host.Addresses = [new("home", null, Mac)];
        var server = await cloud.CreateServerAsync();
        Assert.Equal("""{"home":[]}""",
            (await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}"))["server"]!["addresses"]!.ToJsonString());
        Assert.Empty((await cloud.Demo.GetJsonAsync("/v2.1/servers?ip=1"))["servers"]!.AsArray());
    }

    [Fact]
    public async Task An_address_that_the_guest_gets_later_is_noticed_and_stays_while_it_is_off()
    {
        var server = await cloud.CreateServerAsync();
        cloud.Host.Addresses = Two[..1];
        await LookAsync(server);
        // The creation may not have quite ended, so the server is checked again afterwards.
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).Addresses.Count > 0);
        Assert.Equal("192.0.2.7", await FirstAsync(server));
        await cloud.DoAsync(server, """{"os-stop":null}""");
        cloud.Host.Addresses = [];
        await LookAsync(server);
        Assert.Equal("192.0.2.7", await FirstAsync(server));
    }

    [Theory]
    [InlineData("ip=192.0.2", 1)]
    [InlineData("ip=198", 0)]
    [InlineData("ip6=2001:db8::7", 1)]
    [InlineData("ip6=2001:db9", 0)]
    public async Task Servers_are_found_by_address(string query, int expected)
    {
        cloud.Host.Addresses = Two;
        await cloud.CreateServerAsync();
        var found = await cloud.Demo.GetJsonAsync($"/v2.1/servers?{query}", ("OpenStack-API-Version", "compute 2.5"));
        Assert.Equal(expected, found["servers"]!.AsArray().Count);
    }

    private Task LookAsync(Guid server)
        => cloud.App.Services.GetRequiredService<IGrainFactory>().GetGrain<Kiroku.Servers.IServerGrain>(server)
            .LookAtMachine();

    private async Task<string> FirstAsync(Guid server)
        => (string)(await cloud.Demo.GetJsonAsync(
            $"/v2.1/servers/{server}"))["server"]!["addresses"]!["home"]![0]!["addr"]!;
}
