using System.Text.Json.Nodes;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Hosts;

/// <summary>Administrators' settings of a host, and their effect on servers.</summary>
public sealed class ServicesTests : IAsyncLifetime
{
    private const string Nobody = "6ba7b811-9dad-41d1-80b4-00c04fd430c8";
    private Cloud cloud = null!;

    private string Host => cloud.App.Services.GetRequiredService<ServiceSettings>().Host;

    public async ValueTask InitializeAsync() => cloud = await Cloud.StartAsync();

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_disabled_host_keeps_its_servers_and_is_given_no_others()
    {
        var server = await cloud.CreateServerAsync();
        var shelved = await cloud.CreateServerAsync();
        await cloud.DoAsync(shelved, """{"shelve":null}""");
        Assert.Equal(
            200, (await PutAsync("disable-log-reason", "2.1", Named(""" "disabled_reason":"new memory" """))).Status);

        Assert.Equal(("disabled", "up", "new memory"), await ServiceAsync());
        Assert.Equal(Outcomes.Succeeded, (await cloud.DoAsync(server, """{"os-stop":null}""")).Action.Outcome);
        await AssertNoHostAsync(
            server, await cloud.DoAsync(server, """{"resize":{"flavorRef":"84"}}"""), VmStates.Stopped);
        Assert.Equal("MAINTENANCE", await HostStatusAsync(server));
        await AssertNoHostAsync(
            shelved, await cloud.DoAsync(shelved, """{"unshelve":null}"""), VmStates.ShelvedOffloaded);
        var refused = await cloud.ServerAsync(await cloud.CreateServerAsync());
        Assert.Equal((VmStates.Error, "No valid host was found."), (refused.VmState, refused.Fault!.Message));
        var zone = (await cloud.Demo.GetJsonAsync("/v2.1/os-availability-zone"))["availabilityZoneInfo"]![0]!;
        Assert.Equal("""{"zoneName":"nova","zoneState":{"available":false},"hosts":null}""", zone.ToJsonString());

        Assert.Equal(200, (await PutAsync("enable", "2.1", Named())).Status);
        Assert.Equal(("enabled", "up", null), await ServiceAsync());
        Assert.Equal(Outcomes.Succeeded, (await cloud.DoAsync(shelved, """{"unshelve":null}""")).Action.Outcome);
        await cloud.AssertWholeAsync(shelved);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task On_a_host_that_is_forced_down_servers_are_only_deleted()
    {
        var server = await cloud.CreateServerAsync();
        Assert.Equal(200, (await PutAsync("force-down", "2.11", Named(""" "forced_down":true """))).Status);

        Assert.Equal(("enabled", "down", null), await ServiceAsync());
        Assert.Equal("down", (string)(await GetAsync("/os-hypervisors/detail", "2.53"))["hypervisors"]![0]!["state"]!);
        foreach (var body in new[]
            { """{"os-stop":null}""", """{"reboot":{"type":"HARD"}}""", """{"resize":{"flavorRef":"84"}}""" })
        {
            using var answer = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", body);
            Assert.Equal((409, "Service is unavailable at this time."),
                ((int)answer.StatusCode, Message(await TestApp.JsonAsync(answer))));
        }
        Assert.Equal("DOWN", await HostStatusAsync(server));
        await cloud.DeleteAsync(server);
        Assert.True((await cloud.ServerAsync(server)).Deleted);
    }

    [Fact]
    public async Task What_a_machine_does_by_itself_is_recorded_on_a_host_that_is_forced_down()
    {
        var server = await cloud.CreateServerAsync();
        await PutAsync("force-down", "2.11", Named(""" "forced_down":"on" """));
        cloud.Hypervisor.ChangeByItself(server, MachineState.Crashed);
        await cloud.UntilAsync(
            async () => (await cloud.ServerAsync(server)) is { VmState: VmStates.Stopped, RunningAction: null });
    }

    [Fact]
    public async Task A_hosts_settings_outlive_the_service()
    {
        await PutAsync("disable", "2.1", Named());
        await cloud.StopAsync();
        await cloud.StartAgainAsync();
        Assert.Equal(("disabled", "up", null), await ServiceAsync());
    }

    [Fact]
    public async Task From_2_53_on_the_body_names_the_change_and_the_answer_is_the_whole_service()
    {
        var id = (string)(await GetAsync("/os-services", "2.53"))["services"]![0]!["id"]!;
        var (status, body) = await PutAsync(
            id, "2.53", """{"status":"disabled","disabled_reason":"old","forced_down":"yes"}""");
        Assert.Equal(200, status);
        var service = body["service"]!;
        Assert.Equal(
            ["binary", "host", "id", "zone", "status", "state", "updated_at", "disabled_reason", "forced_down"],
            service.AsObject().Select(pair => pair.Key));
        Assert.Equal((id, "disabled", "old", true),
            ((string)service["id"]!, (string)service["status"]!, (string)service["disabled_reason"]!,
                (bool)service["forced_down"]!));
        (_, body) = await PutAsync(id, "2.53", """{"forced_down":false}""");
        Assert.Equal(("disabled", "old", false),
            ((string)body["service"]!["status"]!, (string)body["service"]!["disabled_reason"]!,
                (bool)body["service"]!["forced_down"]!));
        (_, body) = await PutAsync(id, "2.53", """{"status":"enabled"}""");
        Assert.Equal(
            ("enabled", null), ((string)body["service"]!["status"]!, (string?)body["service"]!["disabled_reason"]));
    }

    [Fact]
    public async Task Before_2_53_the_answer_repeats_the_request()
    {
        Assert.Equal(
            $$$"""{"service":{"host":"{{{Host}}}","binary":"nova-compute","status":"disabled","disabled_reason":"x"}}""",
            (await PutAsync("disable-log-reason", "2.52", Named(""" "disabled_reason":"x" """))).Body.ToJsonString());
        Assert.Equal($$$"""{"service":{"host":"{{{Host}}}","binary":"nova-compute","forced_down":false}}""",
            (await PutAsync("force-down", "2.52", Named(""" "forced_down":"off" """))).Body.ToJsonString());
        Assert.Equal($$$"""{"service":{"host":"{{{Host}}}","binary":"nova-compute","status":"enabled"}}""",
            (await PutAsync("enable", "2.1", Named())).Body.ToJsonString());
    }

    [Theory]
    [InlineData("2.1", "disable-log-reason", "", 400, "Missing disabled reason field")]
    [InlineData("2.11", "force-down", "", 400, "Missing forced_down field")]
    [InlineData("2.10", "force-down", "", 404, "Unknown action")]
    [InlineData("2.1", "restart", "", 404, "Unknown action")]
    [InlineData("2.1", "enable", """{"host":"elsewhere","binary":"nova-compute"}""", 404,
        "Host 'elsewhere' is not mapped to any cell")]
    [InlineData("2.1", "enable", """{"host":"elsewhere","binary":"nova-scheduler"}""", 400,
        "Updating a nova-scheduler service is not supported. Only nova-compute services can be updated.")]
    [InlineData("2.10", "enable", """{"host":"h","binary":"b","forced_down":true}""", 400, null)]
    [InlineData("2.1", "enable", """{"host":"h"}""", 400, null)]
    [InlineData("2.1", "enable", """{"host":"two words","binary":"b"}""", 400, null)]
    [InlineData("2.1", "disable-log-reason", """{"host":"h","binary":"b","disabled_reason":""}""", 400, null)]
    [InlineData("2.11", "force-down", """{"host":"h","binary":"b","forced_down":"maybe"}""", 400, null)]
    [InlineData("2.53", "enable", "{}", 400, "Invalid uuid enable")]
    [InlineData("2.53", Nobody, """{"status":"enabled"}""", 404, $"Service {Nobody} could not be found.")]
    [InlineData("2.53", Nobody, """{"status":"enabled","disabled_reason":"y"}""", 400,
        "Specifying 'disabled_reason' with status 'enabled' is invalid.")]
    [InlineData("2.53", Nobody, """{"disabled_reason":"y"}""", 400,
        "No updates were requested. Fields 'status' or 'forced_down' should be specified.")]
    [InlineData("2.53", "x", """{"status":"ill"}""", 400, null)]
    [InlineData("2.53", "x", """{"host":"h"}""", 400, null)]
    [InlineData("2.53", "x", "[]", 400, null)]
    public async Task An_impossible_change_is_refused_as_by_nova_and_has_no_effect(
        string version, string id, string body, int status, string? message)
    {
        var answer = await PutAsync(id, version, body.Length == 0 ? Named() : body);
        Assert.Equal(status, answer.Status);
        if (message is not null)
            Assert.Equal(message, Message(answer.Body));
        Assert.Equal(("enabled", "up", null), await ServiceAsync());
    }

    [Fact]
    public async Task Services_are_changed_by_administrators_alone()
    {
        using var answer = await cloud.Demo.PutJsonAsync("/v2.1/os-services/enable", Named());
        Assert.Equal(403, (int)answer.StatusCode);
    }

    private async Task AssertNoHostAsync(Guid server, RecordedAction action, string vmState)
    {
        Assert.Equal(Outcomes.Failed, action.Action.Outcome);
        Assert.Equal("No valid host was found.", action.Events[0].Details);
        Assert.Equal(vmState, (await cloud.ServerAsync(server)).VmState);
    }

    private string Named(string more = "")
        => $$"""{"host":"{{Host}}","binary":"nova-compute"{{(more.Length == 0 ? "" : $",{more}")}}}""";

    private async Task<(string Status, string State, string? Reason)> ServiceAsync()
    {
        var service = (await GetAsync("/os-services", "2.11"))["services"]![0]!;
        return ((string)service["status"]!, (string)service["state"]!, (string?)service["disabled_reason"]);
    }

    private async Task<string> HostStatusAsync(Guid server)
    {
        var listed = (await GetAsync("/servers/detail?all_tenants=1", "2.16"))["servers"]!.AsArray().Single(
            one => (string)one!["id"]! == server.ToString())!;
        Assert.Equal((string)listed["host_status"]!,
            (string)(await GetAsync($"/servers/{server}", "2.16"))["server"]!["host_status"]!);
        return (string)listed["host_status"]!;
    }

    private Task<JsonNode> GetAsync(string path, string version)
        => cloud.Admin.GetJsonAsync("/v2.1" + path, ("OpenStack-API-Version", $"compute {version}"));

    private async Task<(int Status, JsonNode Body)> PutAsync(string id, string version, string body)
    {
        using var answer = await cloud.Admin.PutJsonAsync(
            $"/v2.1/os-services/{id}", body, ("OpenStack-API-Version", $"compute {version}"));
        return ((int)answer.StatusCode, await TestApp.JsonAsync(answer));
    }

    private static string Message(JsonNode fault) => (string)fault.AsObject().Single().Value!["message"]!;
}
