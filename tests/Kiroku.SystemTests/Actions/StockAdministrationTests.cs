using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>What OpenStack's own client does with servers beside the nine actions, and what it asks of their host and their project.</summary>
public sealed class StockAdministrationTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private StockClient Demo => StockClient.Of(Service.Data, "kiroku");

    private StockClient Admin => StockClient.Of(Service.Data, "kiroku-admin");

    [Fact]
    public async Task A_server_is_held_locked_rescued_and_copied()
    {
        StockClient.Require();
        var server = (await NewServerAsync()).Id;
        foreach (var (command, status) in new[]
        {
            ("pause", "PAUSED"), ("unpause", "ACTIVE"), ("suspend", "SUSPENDED"), ("resume", "ACTIVE"), ("rescue", "RESCUE"), ("unrescue", "ACTIVE"),
        })
        {
            await Demo.RunAsync($"server {command} {server}");
            await StatusAsync(server, status);
        }
        // At its default microversion the client tells of no lock; an administrator's stops the owner.
        await Admin.RunAsync($"server lock {server}");
        Assert.Contains("is locked", await Demo.FailAsync($"server stop {server}"), StringComparison.Ordinal);
        await Admin.RunAsync($"server unlock {server}");

        var image = await Demo.JsonAsync($"server image create --wait --name copy {server}");
        Assert.Equal(("copy", "active"), ((string)image["name"]!, (string)image["status"]!));
        await StatusAsync(server, "ACTIVE");
        await Demo.RunAsync("image delete copy");

        var events = (await Demo.JsonAsync($"server event list {server}")).AsArray();
        Assert.Equal(
            ["createImage", "unlock", "lock", "unrescue", "rescue", "resume", "suspend", "unpause", "pause", "create"],
            events.Select(item => (string)item!["Action"]!));
    }

    [Fact]
    public async Task A_server_is_described_anew_and_found_by_it()
    {
        StockClient.Require();
        var server = (await NewServerAsync()).Id;
        await Demo.RunAsync($"--os-compute-api-version 2.90 server set --name renamed --property role=web --tag red --description short {server}");
        var shown = await Demo.JsonAsync($"--os-compute-api-version 2.90 server show {server}");
        Assert.Equal(("renamed", "short", "red", "{\"role\":\"web\"}"),
            ((string)shown["name"]!, (string)shown["description"]!, (string)shown["tags"]![0]!, shown["properties"]!.ToJsonString()));
        Assert.Equal(server.ToString(), (string)Assert.Single((await Demo.JsonAsync("--os-compute-api-version 2.90 server list --tags red")).AsArray())!["ID"]!);

        await Demo.RunAsync($"--os-compute-api-version 2.90 server unset --property role --tag red --description {server}");
        shown = await Demo.JsonAsync($"--os-compute-api-version 2.90 server show {server}");
        Assert.Equal((null, "[]", "{}"), ((string?)shown["description"], shown["tags"]!.ToJsonString(), shown["properties"]!.ToJsonString()));
        var listed = Assert.Single((await Demo.JsonAsync("server list --long --name renamed")).AsArray())!;
        Assert.Equal(("ACTIVE", "{}"), ((string)listed["Status"]!, listed["Properties"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_project_sees_its_limits_quotas_and_usage()
    {
        StockClient.Require();
        await NewServerAsync();
        var limits = (await Demo.JsonAsync("limits show --absolute")).AsArray().ToDictionary(row => (string)row!["Name"]!, row => (int)row!["Value"]!);
        Assert.Equal((1, 1, 128), (limits["totalInstancesUsed"], limits["totalCoresUsed"], limits["totalRAMUsed"]));
        await Admin.RunAsync("quota set --cores 7 demo");
        Assert.Equal(7, (int)(await Demo.JsonAsync("quota show"))["cores"]!);
        await Admin.RunAsync("quota set --cores -1 demo");
        // Servers that are gone count, too.
        Assert.NotEmpty((await Demo.JsonAsync("usage show"))["Servers"]!.AsArray());
        var project = (string)(await Admin.JsonAsync("project show demo"))["id"]!;
        Assert.Contains((await Admin.JsonAsync("usage list")).AsArray(), row => (string)row!["Project"]! == project);
    }

    [Fact]
    public async Task An_administrator_sees_hypervisors_services_and_zones()
    {
        StockClient.Require();
        var hypervisor = Assert.Single((await Admin.JsonAsync("hypervisor list")).AsArray())!;
        Assert.Equal("up", (string)hypervisor["State"]!);
        var shown = await Admin.JsonAsync($"hypervisor show {(string)hypervisor["Hypervisor Hostname"]!}");
        Assert.Equal("up", (string)shown["state"]!);
        // What the client makes of the host's words.
        Assert.All(["host_time", "uptime", "users", "load_average"], key => Assert.NotNull(shown[key]));
        Assert.Equal("nova-compute", (string)Assert.Single((await Admin.JsonAsync("compute service list")).AsArray())!["Binary"]!);
        Assert.Contains((await Demo.JsonAsync("availability zone list --compute")).AsArray(), zone => (string)zone!["Zone Name"]! == "nova");
    }

    [Theory]
    [InlineData("2.11")]
    [InlineData("2.53")]
    public async Task An_administrator_disables_the_host_forces_it_down_and_takes_both_back(string version)
    {
        StockClient.Require();
        var host = (string)Assert.Single((await Admin.JsonAsync("compute service list")).AsArray())!["Host"]!;
        var set = $"--os-compute-api-version {version} compute service set";
        try
        {
            await Admin.RunAsync($"{set} --disable --disable-reason full --down {host} nova-compute");
            var service = Assert.Single((await Admin.JsonAsync($"--os-compute-api-version {version} compute service list --long")).AsArray())!;
            Assert.Equal(("disabled", "down", "full", true),
                ((string)service["Status"]!, (string)service["State"]!, (string)service["Disabled Reason"]!, (bool)service["Forced Down"]!));
        }
        finally
        {
            await Admin.RunAsync($"{set} --enable --up {host} nova-compute");
        }
        var again = Assert.Single((await Admin.JsonAsync("compute service list")).AsArray())!;
        Assert.Equal(("enabled", "up"), ((string)again["Status"]!, (string)again["State"]!));
    }

    private Task StatusAsync(Guid server, string status) => Poll.UntilAsync($"the client to see {status}", async () =>
    {
        var shown = await Demo.JsonAsync($"server show {server}");
        return (string)shown["status"]! == status && shown["OS-EXT-STS:task_state"] is null;
    });
}
