using System.Text.Json.Nodes;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>OpenStack's own client with servers beyond the nine actions, and with their host and project.</summary>
public sealed class StockAdministrationTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    public static TheoryData<string, string> Administrators
        => [.. ClientRoot.All.SelectMany(
            clients => ((string[])["2.11", "2.53"]).Select(
                version => new TheoryDataRow<string, string>(clients.Data, version) { Skip = clients.Skip }))];

    private StockClient Demo => StockClient.Of(Service.Data, "kiroku");

    private StockClient Admin => StockClient.Of(Service.Data, "kiroku-admin");

    [LongTheory("it boots three times; HoldingTests and novaclient's test do the same")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task A_server_is_paused_locked_rescued_and_copied(string clients)
    {
        var (demo, admin) = (Demo.In(clients), Admin.In(clients));
        var server = (await NewServerAsync()).Id;
        foreach (var (command, status) in new[]
        {
            ("pause", "PAUSED"), ("unpause", "ACTIVE"), ("suspend", "SUSPENDED"), ("resume", "ACTIVE"),
            ("rescue", "RESCUE"), ("unrescue", "ACTIVE"),
        })
        {
            await demo.RunAsync($"server {command} {server}");
            await StatusAsync(demo, server, status);
        }
        // At its default microversion the client does not show locks. An administrator's lock stops the owner.
        await admin.RunAsync($"server lock {server}");
        Assert.Contains("is locked", await demo.FailAsync($"server stop {server}"), StringComparison.Ordinal);
        await admin.RunAsync($"server unlock {server}");

        var image = await demo.JsonAsync($"server image create --wait --name copy {server}");
        Assert.Equal(("copy", "active"), ((string)image["name"]!, (string)image["status"]!));
        await StatusAsync(demo, server, "ACTIVE");
        await demo.RunAsync("image delete copy");

        var events = (await demo.JsonAsync($"server event list {server}")).AsArray();
        Assert.Equal(
            ["createImage", "unlock", "lock", "unrescue", "rescue", "resume", "suspend", "unpause", "pause", "create"],
            events.Select(item => (string)item!["Action"]!));

        await demo.RunAsync($"--os-compute-api-version 2.17 server dump create {server}");
        events = (await demo.JsonAsync($"server event list {server}")).AsArray();
        Assert.Equal("trigger_crash_dump", (string)events[0]!["Action"]!);
        await Poll.UntilAsync("the guest to be interrupted", async () =>
        {
            var shown = await demo.JsonAsync($"server event show {server} {(string)events[0]!["Request ID"]!}");
            var said = shown.ToJsonString();
            return said.Contains("compute_trigger_crash_dump", StringComparison.Ordinal)
                && said.Contains("Success", StringComparison.Ordinal);
        });
    }

    [LongTheory("it starts the client fifteen times; the API has tests in process")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task A_server_is_described_anew_and_found_by_it(string clients)
    {
        var (demo, admin) = (Demo.In(clients), Admin.In(clients));
        var server = (await NewServerAsync()).Id;
        await demo.RunAsync("--os-compute-api-version 2.90 server set --name renamed --property role=web --tag red "
            + $"--description short {server}");
        var shown = await demo.JsonAsync($"--os-compute-api-version 2.90 server show {server}");
        Assert.Equal(("renamed", "short", "red", "{\"role\":\"web\"}"),
            ((string)shown["name"]!, (string)shown["description"]!, (string)shown["tags"]![0]!,
                shown["properties"]!.ToJsonString()));
        Assert.Equal(server.ToString(),
            (string)Assert.Single(
                (await demo.JsonAsync("--os-compute-api-version 2.90 server list --tags red")).AsArray())!["ID"]!);

        await demo.RunAsync(
            $"--os-compute-api-version 2.90 server unset --property role --tag red --description {server}");
        shown = await demo.JsonAsync($"--os-compute-api-version 2.90 server show {server}");
        // Older clients leave the description out, newer ones send an empty one.
        Assert.True(string.IsNullOrEmpty((string?)shown["description"]));
        Assert.Equal(("[]", "{}"), (shown["tags"]!.ToJsonString(), shown["properties"]!.ToJsonString()));
        var listed = Assert.Single((await demo.JsonAsync("server list --long --name renamed")).AsArray())!;
        Assert.Equal(("ACTIVE", "{}"), ((string)listed["Status"]!, listed["Properties"]!.ToJsonString()));
    }

    [LongTheory("it starts the client ten times; the API has tests in process")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task A_project_sees_its_limits_quotas_and_usage(string clients)
    {
        var (demo, admin) = (Demo.In(clients), Admin.In(clients));
        await NewServerAsync();
        var limits = Pairs(await demo.JsonAsync("limits show --absolute"), "Name", "Value");
        Assert.Equal((1, 1, 128), (Limit("instances"), Limit("cores"), Limit("ram")));
        await admin.RunAsync("quota set --cores 7 demo");
        // Unless told not to, newer clients also ask the block storage service, which does not exist here.
        var quotas = await demo.JsonAsync(clients == ClientRoot.Machine ? "quota show" : "quota show --compute");
        Assert.Equal(7,
            (int)(quotas is JsonArray
                ? Pairs(quotas, "Resource", "Limit") : quotas.AsObject().ToDictionary())["cores"]!);
        await admin.RunAsync("quota set --cores -1 demo");
        // Deleted servers count as well.
        Assert.NotEmpty((await demo.JsonAsync("usage show"))["Servers"]!.AsArray());
        var project = (string)(await admin.JsonAsync("project show demo"))["id"]!;
        Assert.Contains((await admin.JsonAsync("usage list")).AsArray(), row => (string)row!["Project"]! == project);

        // Accepts the service's name and the one that today's clients show.
        int Limit(string what) => (int)(limits.GetValueOrDefault($"total_{what}_used")
            ?? limits[what switch
            { "ram" => "totalRAMUsed", "cores" => "totalCoresUsed", _ => "totalInstancesUsed" }])!;
    }

    [Theory]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task An_administrator_sees_hypervisors_services_and_zones(string clients)
    {
        var (demo, admin) = (Demo.In(clients), Admin.In(clients));
        var hypervisor = Assert.Single((await admin.JsonAsync("hypervisor list")).AsArray())!;
        Assert.Equal("up", (string)hypervisor["State"]!);
        var shown = await admin.JsonAsync($"hypervisor show {(string)hypervisor["Hypervisor Hostname"]!}");
        Assert.Equal("up", (string)shown["state"]!);
        // The client parses these from the host's text.
        Assert.All(["host_time", "uptime", "users", "load_average"], key => Assert.NotNull(shown[key]));
        Assert.Equal("nova-compute",
            (string)Assert.Single((await admin.JsonAsync("compute service list")).AsArray())!["Binary"]!);
        Assert.Contains((await demo.JsonAsync("availability zone list --compute")).AsArray(),
            zone => (string)zone!["Zone Name"]! == "nova");
    }

    [LongTheory("it starts the client ten times; the API has tests in process")]
    [MemberData(nameof(Administrators))]
    public async Task An_administrator_disables_the_host_forces_it_down_and_takes_both_back(
        string clients, string version)
    {
        var (demo, admin) = (Demo.In(clients), Admin.In(clients));
        var host = (string)Assert.Single((await admin.JsonAsync("compute service list")).AsArray())!["Host"]!;
        var set = $"--os-compute-api-version {version} compute service set";
        try
        {
            await admin.RunAsync($"{set} --disable --disable-reason full --down {host} nova-compute");
            var service = Assert.Single(
                (await admin.JsonAsync($"--os-compute-api-version {version} compute service list --long")).AsArray())!;
            Assert.Equal(("disabled", "down", "full", true),
                ((string)service["Status"]!, (string)service["State"]!, (string)service["Disabled Reason"]!,
                    (bool)service["Forced Down"]!));
        }
        finally
        {
            await admin.RunAsync($"{set} --enable --up {host} nova-compute");
        }
        var again = Assert.Single((await admin.JsonAsync("compute service list")).AsArray())!;
        Assert.Equal(("enabled", "up"), ((string)again["Status"]!, (string)again["State"]!));
    }

    /// <summary>Rows of two columns as one object. Today's clients show an object; older ones sometimes showed
    /// rows.</summary>
    private static Dictionary<string, JsonNode?> Pairs(JsonNode rows, string name, string value)
        => rows.AsArray().DistinctBy(row => (string)row![name]!).ToDictionary(
            row => (string)row![name]!, row => row![value]);

    private static Task StatusAsync(StockClient demo, Guid server, string status)
        => Poll.UntilAsync($"the client to see {status}", async () =>
    {
        var shown = await demo.JsonAsync($"server show {server}");
        return (string)shown["status"]! == status && shown["OS-EXT-STS:task_state"] is null;
    });
}
