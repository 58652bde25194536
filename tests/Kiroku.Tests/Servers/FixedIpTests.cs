using System.Text.Json.Nodes;
using Kiroku.ConfigDrives;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;

namespace Kiroku.Tests.Servers;

/// <summary>The address and the tag that a new server asks for, where its host's network reserves addresses.</summary>
public sealed class FixedIpTests : IAsyncLifetime
{
    private const string Mac = "fa:16:3e:00:00:02";
    private Cloud cloud = null!;
    private string network = "";

    public async ValueTask InitializeAsync()
    {
        cloud = await Cloud.StartAsync(Cloud.Unwatched, ("Servers:ForceConfigDrive", "false"));
        cloud.Host.Network = new HostNetwork(NetworkKind.Libvirt, "lan")
        {
            Subnets =
            [
                new HostSubnet("192.0.2.0/24")
                {
                    GivesAddresses = true,
                    Given = new AddressRange("192.0.2.10", "192.0.2.20"),
                },
            ],
        };
        // A node looks at its host's network when it starts.
        await cloud.StopAsync();
        await cloud.StartAgainAsync();
        network = (string)(await cloud.Demo.GetJsonAsync("/network/v2.0/networks"))["networks"]![0]!["id"]!;
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_server_must_have_the_address_that_it_asked_for_then_and_later()
    {
        cloud.Host.Addresses = [new MachineAddress("lan", "192.0.2.15", Mac)];
        var server = await MakeAsync(Fixed("192.0.2.15"));
        await cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
        var spec = cloud.Host.Machines[server].Spec;
        Assert.Equal(("192.0.2.15", true), (spec.Address, spec.MustHaveAddress));
        Assert.Equal(
            (400, $"Fixed IP address 192.0.2.15 is already in use on instance {server}."),
            await RefusedAsync(Fixed("192.0.2.15")));
    }

    [Fact]
    public async Task A_server_that_asked_for_none_would_like_the_one_that_it_had()
    {
        cloud.Host.Addresses = [new MachineAddress("lan", "2001:db8::7", Mac), new("lan", "192.0.2.16", Mac)];
        var server = await MakeAsync($$""" "networks":[{"uuid":"{{network}}"}] """);
        await cloud.DoAsync(server, """{"shelve":null}""");
        cloud.Host.Addresses = [];
        await cloud.DoAsync(server, """{"unshelve":null}""");
        var spec = cloud.Host.Machines[server].Spec;
        Assert.Equal(("192.0.2.16", false), (spec.Address, spec.MustHaveAddress));
        Assert.Equal(2, (await cloud.ServerAsync(server)).Addresses.Count);
    }

    [Theory]
    [InlineData("192.0.2.9")]
    [InlineData("198.51.100.15")]
    [InlineData("2001:db8::7")]
    public async Task An_address_that_the_network_does_not_give_out_is_refused(string address)
        => Assert.Equal(
            (400, $"Invalid input received: Fixed IP {address} is not a valid ip address for network {network}."),
            await RefusedAsync(Fixed(address)));

    [Fact]
    public async Task Several_servers_cannot_have_one_address()
        => Assert.Equal(
            (400, "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified."),
            await RefusedAsync(Fixed("192.0.2.15") + ""","max_count":2"""));

    [Fact]
    public async Task A_tag_is_told_to_the_guest_on_its_config_drive_now_and_after_a_rebuild()
    {
        var tagged = $$""" "networks":[{"uuid":"{{network}}","tag":"front"}] """;
        Assert.Equal(
            (400, "The tag of a server's network card reaches the guest by its config drive alone: ask for one."),
            await RefusedAsync(tagged));
        var server = await MakeAsync(tagged + ""","config_drive":true""");
        await cloud.DoAsync(server, $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}"}}""");
        var facts = Guests.FactsOf(await cloud.ServerAsync(server), ToldOnce.Nothing, Mac);
        Assert.Equal(
            $$"""[{"vf_trusted":false,"type":"nic","mac":"{{Mac}}","bus":"none","address":"none","tags":["front"]}]""",
            Devices(facts, "latest"));
        Assert.Equal(
            $$"""[{"type":"nic","mac":"{{Mac}}","bus":"none","address":"none","tags":["front"]}]""",
            Devices(facts, "2016-06-30"));
        Assert.Equal("[]", Devices(facts with { CardTag = null }, "latest"));
    }

    private static string Devices(GuestFacts facts, string version)
        => JsonNode.Parse(ConfigDrive.Files(facts)[$"openstack/{version}/meta_data.json"])!["devices"]!.ToJsonString();

    private string Fixed(string address) => $$""" "networks":[{"uuid":"{{network}}","fixed_ip":"{{address}}"}] """;

    private async Task<Guid> MakeAsync(string wish)
    {
        using var answer = await AskAsync(wish);
        Assert.Equal(202, (int)answer.StatusCode);
        var server = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
        return server;
    }

    private async Task<(int Status, string Message)> RefusedAsync(string wish)
    {
        using var answer = await AskAsync(wish);
        return ((int)answer.StatusCode,
            (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
    }

    private Task<HttpResponseMessage> AskAsync(string wish) => cloud.Demo.PostAsync(
        "/v2.1/servers",
        $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}",{{{wish}}}}}""",
        ("OpenStack-API-Version", "compute 2.42"));
}
