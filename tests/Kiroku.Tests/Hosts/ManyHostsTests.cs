using System.Text.Json.Nodes;
using Dapper;
using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Scheduling;
using Kiroku.Servers.State;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Hosts;

/// <summary>Three hosts: the service's own, "second" in another zone, and "third", whose node is silent.</summary>
public sealed class ManyHostsTests : IAsyncLifetime
{
    private Cloud cloud = null!;

    private string First => cloud.App.Services.GetRequiredService<ServiceSettings>().Host;

    private HostWatch Watch => cloud.App.Services.GetRequiredService<HostWatch>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cloud = await Cloud.StartAsync();
        await OtherNodes.AddAsync(cloud, OtherNodes.Of("second", "west") with { Uptime = "up for ever" });
        await OtherNodes.AddAsync(cloud, OtherNodes.Of("third"), up: false);
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData("2.33")]
    [InlineData("2.53")]
    public async Task Pages_of_hypervisors_lie_side_by_side(string version)
    {
        var all = Names(await GetAsync("/os-hypervisors", version));
        Assert.Equal([First, "second", "third"], all);
        var first = await GetAsync("/os-hypervisors/detail?limit=2", version);
        Assert.Equal(all[..2], Names(first));
        var marker = ((string)first["hypervisors_links"]![0]!["href"]!).Split("marker=")[1];
        Assert.Equal((string)first["hypervisors"]![1]!["id"]!.ToString(), marker);
        var second = await GetAsync($"/os-hypervisors/detail?limit=2&marker={marker}", version);
        Assert.Equal(all[2..], Names(second));
        Assert.Null(second["hypervisors_links"]);
        Assert.Empty(Names(await GetAsync("/os-hypervisors?limit=0", version)));
    }

    [Fact]
    public async Task Each_hypervisor_is_shown_as_its_node_reported_it()
    {
        var second = (await GetAsync("/os-hypervisors/2", "2.52"))["hypervisor"]!;
        Assert.Equal((2, "second", "up", "fake", 2003004, "192.0.2.7", 2, 8, 4096, 100, 50),
            ((int)second["id"]!, Text(second, "hypervisor_hostname"), Text(second, "state"),
                Text(second, "hypervisor_type"), (int)second["hypervisor_version"]!,
            Text(second, "host_ip"), (int)second["service"]!["id"]!, (int)second["vcpus"]!, (int)second["memory_mb"]!,
            (int)second["local_gb"]!, (int)second["disk_available_least"]!));
        var detailed = (await GetAsync("/os-hypervisors/detail", "2.88"))["hypervisors"]!.AsArray();
        Assert.Equal(["up", "up", "down"], detailed.Select(host => Text(host!, "state")));
        Assert.Equal([false, false, true], detailed.Select(host => host!["uptime"] is null));
        Assert.Equal("up for ever", Text((await GetAsync("/os-hypervisors/2/uptime", "2.1"))["hypervisor"]!, "uptime"));
        await cloud.Beats.WriteAsync(
            db => db.ExecuteAsync("UPDATE nodes SET uptime = NULL WHERE name = 'second'"), Token);
        await AssertRefusedAsync(
            HttpMethod.Get, "/os-hypervisors/2/uptime", "2.1", 501, "The requested functionality is not supported.");
        await AssertRefusedAsync(HttpMethod.Get, "/os-hypervisors/3/uptime", "2.1", 400,
            "Compute service of third is unavailable at this time.");
        await AssertRefusedAsync(
            HttpMethod.Get, "/os-hypervisors/4", "2.1", 404, "Hypervisor with ID '4' could not be found.");
    }

    [Fact]
    public async Task A_server_that_moves_takes_up_room_on_both_hosts()
    {
        var server = await cloud.CreateServerAsync();
        await cloud.Database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE servers SET other_host = 'second', other_vcpus = 2, other_memory_mib = 192, other_disk_gib = 3"),
                Token);
        var hosts = (await Watch.ListUsedAsync(Token)).OrderBy(host => host.Number).ToList();
        Assert.Equal([(First, 1L, 1L), ("second", 0L, 2L), ("third", 0L, 0L)],
            hosts.Select(host => (host.Name, host.Use.Servers, host.Use.Vcpus)));
        Assert.Equal(new Claim(2, 192, 3), hosts[1].Use.Claim);

        var without = await cloud.Database.ReadAsync(db => Watch.ListAsync(db, null, except: server), Token);

        Assert.All(without, host => Assert.Equal(Claim.None, host.Use.Claim));
        var sums = (await GetAsync("/os-hypervisors/statistics", "2.1"))["hypervisor_statistics"]!;
        Assert.Equal((3, 32, 3, 1, 64 * 1024 + 8192 - 128 - 192),
            (Number("count"), Number("vcpus"), Number("vcpus_used"), Number("running_vms"), Number("free_ram_mb")));

        int Number(string key) => (int)sums[key]!;
    }

    [Fact]
    public async Task Statistics_are_of_enabled_hosts_alone()
    {
        await ChangeAsync("second", """ "disabled_reason":"x" """, "disable-log-reason");
        var sums = (await GetAsync("/os-hypervisors/statistics", "2.1"))["hypervisor_statistics"]!;
        Assert.Equal((2, 24), ((int)sums["count"]!, (int)sums["vcpus"]!));
    }

    [Fact]
    public async Task Hypervisors_are_found_by_a_part_of_their_names_with_their_servers()
    {
        var server = await cloud.CreateServerAsync();
        await cloud.Database.WriteAsync(db => db.ExecuteAsync("UPDATE servers SET host = 'second'"), Token);
        Assert.Equal(["second"], Names(await GetAsync("/os-hypervisors/ECO/search", "2.1")));
        var found =
            (await GetAsync(
                "/os-hypervisors?hypervisor_hostname_pattern=d&with_servers=1", "2.53"))["hypervisors"]!.AsArray();
        var second = found.Single(host => Text(host!, "hypervisor_hostname") == "second")!;
        Assert.Equal(server.ToString(), (string)second["servers"]!.AsArray().Single()!["uuid"]!);
        Assert.Null(found.Single(host => Text(host!, "hypervisor_hostname") == "third")!["servers"]);
        await cloud.Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE servers SET host = @First", new { First }), Token);
    }

    [Fact]
    public async Task Services_are_listed_by_host_and_changed_each_for_itself()
    {
        var services = (await GetAsync("/os-services", "2.52"))["services"]!.AsArray();
        Assert.Equal([(1, First, "nova", "up"), (2, "second", "west", "up"), (3, "third", "nova", "down")],
            services.Select(service =>
                ((int)service!["id"]!, Text(service, "host"), Text(service, "zone"), Text(service, "state"))));
        Assert.Equal("second",
            Text((await GetAsync("/os-services?host=second&binary=nova-compute", "2.53"))["services"]!.AsArray()
                .Single()!, "host"));
        Assert.Empty((await GetAsync("/os-services?host=fourth", "2.53"))["services"]!.AsArray());

        await ChangeAsync("second", """ "forced_down":true """, "force-down");
        var id = Text((await GetAsync("/os-services?host=third", "2.53"))["services"]![0]!, "id");
        using var changed = await cloud.Admin.PutJsonAsync(
            $"/v2.1/os-services/{id}", """{"status":"disabled"}""", ("OpenStack-API-Version", "compute 2.53"));
        Assert.Equal("third", Text((await TestApp.JsonAsync(changed))["service"]!, "host"));

        Assert.Equal([("up", "enabled"), ("down", "enabled"), ("down", "disabled")],
            (await GetAsync("/os-services", "2.53"))["services"]!.AsArray().Select(
                service => (Text(service!, "state"), Text(service!, "status"))));
        Assert.Equal(["UP", "DOWN", "MAINTENANCE"],
            (await Watch.ListAsync(Token)).OrderBy(host => host.Number).Select(host => host.HostStatus));
    }

    [Fact]
    public async Task The_state_of_a_host_that_is_not_seen_is_unknown()
        => Assert.Equal(("UNKNOWN", false),
            ((await Watch.FindAsync("third", Token))!.HostStatus, (await Watch.FindAsync("third", Token))!.IsUp));

    [Fact]
    public async Task A_zone_is_available_while_one_of_its_hosts_is_enabled()
    {
        await ChangeAsync("third", "", "disable");
        Assert.Equal([("nova", true), ("west", true)], await ZonesAsync());
        var hosts = (await GetAsync("/os-availability-zone/detail", "2.1"))["availabilityZoneInfo"]!.AsArray()
            .Where(zone => (string)zone!["zoneName"]! != "internal").Select(
            zone => zone!["hosts"]!.AsObject().Select(host => host.Key));
        Assert.Equal([[First], ["second"]], hosts);
        await Zones.RequireAsync(Watch, "west", Token);

        await ChangeAsync("second", "", "disable");

        Assert.Equal([("nova", true), ("west", false)], await ZonesAsync());
        await ChangeAsync(First, "", "disable");
        await ChangeAsync("second", "", "enable");
        Assert.Equal([("west", true), ("nova", false)], await ZonesAsync());
        foreach (var zone in new[] { "nova", "east" })
        {
            var refused = await Assert.ThrowsAsync<Fault>(() => Zones.RequireAsync(Watch, zone, Token));
            Assert.Equal((400, "The requested availability zone is not available"), (refused.Status, refused.Message));
        }
    }

    [Fact]
    public async Task The_scheduler_sees_what_administrators_and_nodes_reported()
    {
        await ChangeAsync("second", "", "disable");
        // In one transaction, because the node itself writes other values every two seconds.
        var hosts = await cloud.Beats.WriteAsync(
            async db =>
            {
                await db.ExecuteAsync("UPDATE nodes SET draining = 1 WHERE name = @First", new { First });
                return await Watch.ListAsync(db, here: null);
            }, Token);
        var scheduler = cloud.App.Services.GetRequiredService<Scheduler>();
        var states = hosts.OrderBy(host => host.Number).Select(host => host.State(scheduler)).ToList();
        Assert.Equal(
            [(false, true), (false, true), (true, false)], states.Select(state => (state.IsEnabled, state.IsUp)));
        Assert.Equal(new Claim(32, 4096, 100), states[1].Limits);
    }

    [Theory]
    [InlineData("2.1", "west:HOST", "", 202, null)]
    [InlineData("2.1", "west", "", 202, "west")]
    [InlineData("2.1", "nova:HOST", "", 202, "nova")]
    [InlineData("2.1", "HOST", "", 400, "The requested availability zone is not available")]
    [InlineData("2.1", "nova:HOST:second", "", 400, "Compute host second could not be found.")]
    [InlineData("2.74", "nova", ""","host":"HOST","hypervisor_hostname":"second" """, 400,
        "Compute host second could not be found.")]
    [InlineData("2.74", "nova", ""","host":"HOST","hypervisor_hostname":"HOST" """, 202, "nova")]
    [InlineData("2.74", "nova", ""","host":"moon" """, 400, "Compute host moon could not be found.")]
    public async Task A_server_may_be_wanted_in_a_zone_or_on_a_host(
        string version, string zone, string more, int status, string? said)
    {
        // "second" is full: no server is to be put there, since nobody answers.
        await cloud.Beats.WriteAsync(
            db => db.ExecuteAsync("UPDATE nodes SET memory_mib = 0 WHERE name = 'second'"), Token);
        var body =
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}","networks":"none","availability_zone":"{{{zone}}}"{{{more}}}}}"""
            .Replace("HOST", First, StringComparison.Ordinal);
        if (version == "2.1")
            body = body.Replace(""" "networks":"none",""".Trim(), "", StringComparison.Ordinal);

        using var answer = await cloud.Admin.PostAsync(
            "/v2.1/servers", body, ("OpenStack-API-Version", $"compute {version}"));

        var told = await TestApp.JsonAsync(answer);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status != 202)
        {
            Assert.Equal(said, (string)told["badRequest"]!["message"]!);
            return;
        }
        var id = Guid.Parse((string)told["server"]!["id"]!);
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(id)).RunningAction is null);
        var server = await cloud.ServerAsync(id);
        Assert.Equal(said, server.Labels.PinnedZone);
        Assert.Equal(said == "west" ? null : First, server.Host);
        // A server that never had a host shows the requested zone.
        Assert.Equal(said ?? "nova",
            (string)(await cloud.Admin.GetJsonAsync($"/v2.1/servers/{id}"))["server"]!["OS-EXT-AZ:availability_zone"]!);
    }

    [Theory]
    [InlineData("""{"host":"second"}""", "nova", 409, "Host \"second\" is not in the availability zone \"nova\".")]
    [InlineData("""{"host":"second","availability_zone":"nova"}""", null, 409,
        "Host \"second\" is not in the availability zone \"nova\".")]
    [InlineData("""{"host":"HOST","availability_zone":"west"}""", "nova", 409,
        "Host \"HOST\" is not in the availability zone \"west\".")]
    [InlineData("""{"host":"moon"}""", "nova", 400, "Compute host moon could not be found.")]
    [InlineData("""{"host":"HOST","availability_zone":""}""", "west", 202, null)]
    [InlineData("""{"host":"HOST"}""", null, 202, null)]
    public async Task An_unshelve_names_a_host_in_the_zone_to_stay_in(
        string wishes, string? pinned, int status, string? said)
    {
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"shelve":null}""");
        await cloud.App.Services.GetRequiredService<ServerStore>().ChangeNotesAsync(
            server, found => found with { Labels = found.Labels with { PinnedZone = pinned } }, Token);
        wishes = wishes.Replace("HOST", First, StringComparison.Ordinal);

        using var answer = await cloud.Admin.PostAsync(
            $"/v2.1/servers/{server}/action", $$"""{"unshelve":{{wishes}}}""",
            ("OpenStack-API-Version", "compute 2.91"));

        Assert.Equal(status, (int)answer.StatusCode);
        if (said is not null)
            Assert.Equal(said.Replace("HOST", First, StringComparison.Ordinal),
                (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
        var after = await cloud.ServerAsync(server);
        Assert.Equal(status == 202 ? (VmStates.Active, null) : (VmStates.ShelvedOffloaded, pinned),
            (after.VmState, after.Labels.PinnedZone));
    }

    [Fact]
    public async Task A_node_without_machines_is_no_host()
    {
        await OtherNodes.AddAsync(cloud, OtherNodes.Of("fourth") with { Roles = "api,conductor" });
        Assert.DoesNotContain(await Watch.ListAsync(Token), host => host.Name == "fourth");
        Assert.Null(await Watch.FindAsync("fourth", Token));
    }

    private Task<JsonNode> GetAsync(string path, string version)
        => cloud.Admin.GetJsonAsync("/v2.1" + path, ("OpenStack-API-Version", $"compute {version}"));

    private async Task ChangeAsync(string host, string more, string action)
    {
        var body = $$"""{"host":"{{host}}","binary":"nova-compute"{{(more.Length == 0 ? "" : $",{more}")}}}""";
        using var answer = await cloud.Admin.PutJsonAsync(
            $"/v2.1/os-services/{action}", body, ("OpenStack-API-Version", "compute 2.11"));
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private async Task<IEnumerable<(string, bool)>> ZonesAsync()
        => (await cloud.Demo.GetJsonAsync("/v2.1/os-availability-zone"))["availabilityZoneInfo"]!.AsArray()
        .Select(zone => (Text(zone!, "zoneName"), (bool)zone!["zoneState"]!["available"]!));

    private async Task AssertRefusedAsync(HttpMethod method, string path, string version, int status, string message)
    {
        using var answer = await cloud.App.SendAsync(
            method, "/v2.1" + path, cloud.Admin.Token, null, ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal((status, message),
            ((int)answer.StatusCode, (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!));
    }

    private static List<string> Names(JsonNode list)
        => [.. list["hypervisors"]!.AsArray().Select(host => Text(host!, "hypervisor_hostname"))];

    private static string Text(JsonNode node, string key) => (string)node[key]!;
}
