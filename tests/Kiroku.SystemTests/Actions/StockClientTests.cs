using System.Diagnostics;
using System.Text.Json.Nodes;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>OpenStack's own command line client, as distributed, with the clouds.yaml that the service wrote.</summary>
public sealed class StockClientTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Fact]
    public async Task The_stock_client_does_the_nine_actions_and_reads_their_records()
    {
        RealParts.Require("/usr/bin/openstack");
        var created = await JsonAsync("server create --image kiroku-guest --flavor m1.nano --wait stock");
        var id = (string)created["id"]!;
        Assert.Equal("ACTIVE", (string)created["status"]!);
        await RunAsync("server stop stock");
        await StatusAsync("SHUTOFF");
        await RunAsync("server start stock");
        await StatusAsync("ACTIVE");
        await RunAsync("server reboot --wait stock");
        await RunAsync("server reboot --hard --wait stock");
        await RunAsync("server rebuild --wait stock");
        await RunAsync("server resize --flavor m1.micro --wait stock");
        await RunAsync("server resize revert stock");
        await StatusAsync("ACTIVE");
        await RunAsync("server resize --flavor m1.micro --wait stock");
        await RunAsync("server resize confirm stock");
        await StatusAsync("ACTIVE");
        await RunAsync("server shelve stock");
        await StatusAsync("SHELVED_OFFLOADED");
        await RunAsync("server unshelve stock");
        await StatusAsync("ACTIVE");

        var events = JsonNode.Parse(await RunAsync("server event list -f json stock"))!.AsArray();
        Assert.Equal(
            ["unshelve", "shelve", "confirmResize", "resize", "revertResize", "resize", "rebuild", "reboot", "reboot", "start", "stop", "create"],
            events.Select(item => (string)item!["Action"]!));
        var resize = await JsonAsync($"server event show stock {(string)events[3]!["Request ID"]!}");
        Assert.Equal("resize", (string)resize["action"]!);
        Assert.Contains("compute_finish_resize", resize.ToJsonString(), StringComparison.Ordinal);
        await Poll.UntilAsync("the console", async () => (await RunAsync("console log show stock")).Contains("KIROKU READY", StringComparison.Ordinal));
        await RunAsync("server delete --wait stock");
        Assert.Equal(404, (await Service.Demo.GetAsync($"/v2.1/servers/{id}")).Status);
        Assert.Empty(Service.DisksOf(Guid.Parse(id)));
    }

    [Fact]
    public async Task The_stock_client_gives_a_guest_key_and_user_data_and_the_guest_finds_them()
    {
        RealParts.Require("/usr/bin/openstack");
        var data = Path.Combine(Service.Data, "user-data");
        await File.WriteAllTextAsync(data, "#!/bin/sh\necho hello\n");
        var made = await RunAsync("keypair create mine");
        Assert.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----", made, StringComparison.Ordinal);
        var key = (await RunAsync("keypair show --public-key mine")).Trim();
        var created = await JsonAsync(
            $"server create --image kiroku-guest --flavor m1.nano --key-name mine --user-data {data} --config-drive true --property role=web --wait Key.1");
        Assert.Equal(("mine", "True"), ((string)created["key_name"]!, (string)created["config_drive"]!));
        Assert.NotEmpty((string)created["adminPass"]!);
        string[] expected = [$"KIROKU CONFIG uuid={(string)created["id"]!}", $"KIROKU KEY {key}", "KIROKU USER_DATA #!/bin/sh", "KIROKU USER_DATA echo hello", " hostname=key-1 "];
        await Poll.UntilAsync("the guest to say it", async () =>
        {
            var console = await RunAsync("console log show Key.1");
            return expected.All(line => console.Contains(line, StringComparison.Ordinal));
        });
        await RunAsync("server delete --wait Key.1");
        await RunAsync("keypair delete mine");
        Assert.Equal("[]", (await RunAsync("keypair list -f json")).Trim());
    }

    private Task StatusAsync(string status) => Poll.UntilAsync($"the client to see {status}", async () =>
    {
        var server = await JsonAsync("server show stock");
        return (string)server["status"]! == status && server["OS-EXT-STS:task_state"] is null;
    });

    private async Task<JsonObject> JsonAsync(string command) => JsonNode.Parse(await RunAsync($"{command} -f json"))!.AsObject();

    private async Task<string> RunAsync(string command)
    {
        var start = new ProcessStartInfo("/usr/bin/openstack", ["--os-cloud", "kiroku", .. command.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OS_CLIENT_CONFIG_FILE"] = Path.Combine(Service.Data, "clouds.yaml");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(process.ExitCode == 0, $"openstack {command}: {await errors}");
        return await output;
    }
}
