using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>What the live record says of actions on real machines: what they changed, and how.</summary>
public sealed class ChangesTests(ChangesTests.Impatient service) : ServiceTests(service),
IClassFixture<ChangesTests.Impatient>
{
    /// <summary>A server without a system takes no notice of its power button.</summary>
    [Fact]
    public async Task A_guest_that_does_not_hear_is_forced_off_and_the_record_says_so()
    {
        var server = await BeginServerAsync(image: await Service.Demo.AddImageAsync("empty", "raw", new byte[1 << 20]));
        await server.SettledAsync("ACTIVE");

        var stop = await ShowAsync(server, await server.DoAsync("os-stop", "SHUTOFF"));

        Assert.Equal(MachineState.Off, await server.MachineAsync());
        Assert.Equal("succeeded", (string)stop["outcome"]!);
        var attempt = Assert.Single(stop["attempts"]!.AsArray())!;
        Assert.Equal(("Success", "guest-forced-off"), ((string)attempt["result"]!, (string)attempt["reason_code"]!));
        var warning = Assert.Single(stop["warnings"]!.AsArray())!;
        Assert.Equal(
            ("guest-forced-off", "compute_stop_instance", 1),
            ((string)warning["code"]!, (string)warning["event"]!, (int)warning["attempt"]!));
        Assert.Null(stop["changes"]);
    }

    [Fact]
    public async Task A_guest_that_hears_goes_off_by_itself_and_its_resize_tells_the_flavor_before_and_after()
    {
        var server = await NewServerAsync();
        await server.BootedAsync();

        var stop = await ShowAsync(server, await server.DoAsync("os-stop", "SHUTOFF"));
        var resize = await server.DoAsync("""{"resize": {"flavorRef": "84"} }""", "VERIFY_RESIZE");

        Assert.Equal(("succeeded", null), ((string)stop["outcome"]!, stop["warnings"]));
        Assert.Null(Assert.Single(stop["attempts"]!.AsArray())!["reason_code"]);
        const string Flavor
            = """{"flavor":{"before":{"id":"42","name":"m1.nano"},"after":{"id":"84","name":"m1.micro"}}""";
        Assert.Equal($"{Flavor}}}", (await ShowAsync(server, resize))["changes"]!.ToJsonString());
        var administrators = await Service.Admin.ReadAsync($"/actions/v1/servers/{server.Id}/actions/{resize}");
        Assert.Equal(
            Flavor + ""","disk_generation":{"before":1,"after":2},"""
                + "\"former_disk_generation\":{\"before\":null,\"after\":1}}",
            administrators["changes"]!.ToJsonString());
    }

    private Task<JsonObject> ShowAsync(TestServer server, string request)
        => Service.Demo.ReadAsync($"/actions/v1/servers/{server.Id}/actions/{request}");

    /// <summary>A service that does not wait a whole minute for a guest.</summary>
    public sealed class Impatient : TestService
    {
        internal override Dictionary<string, string> Settings
            => new(base.Settings) { ["Servers__ShutdownTimeout"] = "00:00:25" };
    }
}
