using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>OpenStack's own command line client, as distributed, with the clouds.yaml that the service wrote.</summary>
public sealed class StockClientTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private StockClient Demo => StockClient.Of(Service.Data, "kiroku");

    [Theory]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task The_stock_client_does_the_nine_actions_and_reads_their_records(string clients)
    {
        var demo = Demo.In(clients);
        var created = await demo.JsonAsync("server create --image kiroku-guest --flavor m1.nano --wait stock");
        var id = (string)created["id"]!;
        Assert.Equal("ACTIVE", (string)created["status"]!);
        await demo.RunAsync("server stop stock");
        await StatusAsync(demo, "SHUTOFF");
        await demo.RunAsync("server start stock");
        await StatusAsync(demo, "ACTIVE");
        await demo.RunAsync("server reboot --wait stock");
        await demo.RunAsync("server reboot --hard --wait stock");
        await demo.RunAsync("server rebuild --wait stock");
        await demo.RunAsync("server resize --flavor m1.micro --wait stock");
        await demo.RunAsync("server resize revert stock");
        await StatusAsync(demo, "ACTIVE");
        await demo.RunAsync("server resize --flavor m1.micro --wait stock");
        await demo.RunAsync("server resize confirm stock");
        await StatusAsync(demo, "ACTIVE");
        await demo.RunAsync("server shelve stock");
        await StatusAsync(demo, "SHELVED_OFFLOADED");
        await demo.RunAsync("server unshelve stock");
        await StatusAsync(demo, "ACTIVE");

        var events = (await demo.JsonAsync("server event list stock")).AsArray();
        Assert.Equal(
            ["unshelve", "shelve", "confirmResize", "resize", "revertResize", "resize", "rebuild", "reboot", "reboot",
                "start", "stop", "create"],
            events.Select(item => (string)item!["Action"]!));
        var resize = await demo.JsonAsync($"server event show stock {(string)events[3]!["Request ID"]!}");
        Assert.Equal("resize", (string)resize["action"]!);
        Assert.Contains("compute_finish_resize", resize.ToJsonString(), StringComparison.Ordinal);
        await Poll.UntilAsync("the console",
            async ()
                => (await demo.RunAsync("console log show stock")).Contains("KIROKU READY", StringComparison.Ordinal));
        await demo.RunAsync("server delete --wait stock");
        Assert.Equal(404, (await Service.Demo.GetAsync($"/v2.1/servers/{id}")).Status);
        Assert.Empty(Service.DisksOf(Guid.Parse(id)));
    }

    [Theory]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task The_stock_client_gives_a_guest_key_and_user_data_and_the_guest_finds_them(string clients)
    {
        var demo = Demo.In(clients);
        var data = Path.Combine(Service.Data, "user-data");
        await File.WriteAllTextAsync(data, "#!/bin/sh\necho hello\n");
        var made = await demo.RunAsync("keypair create mine");
        Assert.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----", made, StringComparison.Ordinal);
        var key = (await demo.RunAsync("keypair show --public-key mine")).Trim();
        var created = await demo.JsonAsync(
            $"server create --image kiroku-guest --flavor m1.nano --key-name mine --user-data {data} --config-drive "
                + "true --property role=web --wait Key.1");
        Assert.Equal(("mine", "True"), ((string)created["key_name"]!, (string)created["config_drive"]!));
        Assert.NotEmpty((string)created["adminPass"]!);
        string[] expected = [$"KIROKU CONFIG uuid={(string)created["id"]!}", $"KIROKU KEY {key}",
            "KIROKU USER_DATA #!/bin/sh", "KIROKU USER_DATA echo hello", " hostname=key-1 "];
        await Poll.UntilAsync("the guest to say it", async () =>
        {
            var console = await demo.RunAsync("console log show Key.1");
            return expected.All(line => console.Contains(line, StringComparison.Ordinal))
                && console.Split(['\r', '\n']).Contains(expected[0]);
        });
        await demo.RunAsync("server delete --wait Key.1");
        await demo.RunAsync("keypair delete mine");
        Assert.Equal("[]", (await demo.RunAsync("keypair list -f json")).Trim());
    }

    /// <summary>Waits without the client, because each start of it takes a second or two.</summary>
    private async Task StatusAsync(StockClient demo, string status)
    {
        await Poll.UntilAsync($"the server to be {status}", async () =>
        {
            var found = await Service.Demo.ReadAsync("/v2.1/servers/detail?name=stock");
            var server = found["servers"]!.AsArray().Single()!;
            return (string)server["status"]! == status && server["OS-EXT-STS:task_state"] is null;
        });
        var seen = await demo.JsonAsync("server show stock");
        Assert.Equal((status, null), ((string?)seen["status"], (string?)seen["OS-EXT-STS:task_state"]));
    }
}
