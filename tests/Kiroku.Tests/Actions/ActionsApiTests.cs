using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions;

/// <summary>A cloud with one server that was stopped and then failed to start twice, and one that was
/// deleted.</summary>
public sealed class History : IAsyncLifetime
{
    internal RunningCloud Running { get; } = new();

    internal Guid Deleted { get; private set; }

    internal List<string> RequestIds { get; } = [];

    public async ValueTask InitializeAsync()
    {
        await Running.InitializeAsync();
        var cloud = Running.Cloud;
        RequestIds.Add((await cloud.NewestActionAsync(Running.Server)).Action.RequestId);
        RequestIds.Add((await cloud.DoAsync(Running.Server, """{"os-stop":null}""")).Action.RequestId);
        cloud.Hypervisor.Before = operation => operation == "start"
            ? throw new InvalidOperationException("secret place") : Task.CompletedTask;
        RequestIds.Add((await cloud.DoAsync(Running.Server, """{"os-start":null}""")).Action.RequestId);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        RequestIds.Add((await cloud.DoAsync(Running.Server, """{"os-start":null}""")).Action.RequestId);
        RequestIds.Reverse();
        Deleted = await cloud.CreateServerAsync();
        await cloud.DeleteAsync(Deleted);
    }

    public ValueTask DisposeAsync() => Running.DisposeAsync();
}

public sealed class ActionsApiTests(History history) : IClassFixture<History>
{
    private string Path => $"/v2.1/servers/{history.Running.Server}/os-instance-actions";

    private TestUser Demo => history.Running.Cloud.Demo;

    [Fact]
    public async Task A_deleted_servers_record_is_readable_from_2_21_on()
    {
        var path = $"/v2.1/servers/{history.Deleted}/os-instance-actions";
        using var before = await Demo.GetAsync(path, In("2.20"));
        Assert.Equal(404, (int)before.StatusCode);
        var list = await Demo.GetJsonAsync(path, In("2.21"));
        Assert.Equal(
            ["delete", "create"], list["instanceActions"]!.AsArray().Select(action => (string)action!["action"]!));
        using var others = await history.Running.Other.GetAsync(path, In("2.84"));
        Assert.Equal(404, (int)others.StatusCode);
    }

    [Fact]
    public async Task Every_version_shows_its_keys_to_each_role()
    {
        for (var minor = 1; minor <= Kiroku.Api.Microversion.Maximum.Minor; minor++)
        {
            foreach (var (user, admin) in new[]
                { (Demo, false), (history.Running.Reader, false), (history.Running.Cloud.Admin, true) })
            {
                var shown =
                    (await user.GetJsonAsync(
                        $"{Path}/{history.RequestIds[1]}", In($"2.{minor}")))["instanceAction"]!.AsObject();
                string[] keys = ["action", "instance_uuid", "request_id", "user_id", "project_id", "start_time",
                    "message", .. minor >= 58 ? (string[])["updated_at"] : [], "events"];
                Assert.Equal(keys, shown.Select(pair => pair.Key));
                string[] events =
                [
                    "event", "start_time", "finish_time", "result",
                    .. minor < 51 || admin ? (string[])["traceback"] : [],
                    .. minor >= 62 && admin ? (string[])["host"] : [], .. minor >= 62 ? (string[])["hostId"] : [],
                    .. minor >= 84 ? (string[])["details"] : [],
                ];
                Assert.All(
                    shown["events"]!.AsArray(), e => Assert.Equal(events, e!.AsObject().Select(pair => pair.Key)));
                Assert.All(shown["events"]!.AsArray(),
                    e => Assert.Equal(admin,
                        ((string?)e!["traceback"])?.Contains("secret place", StringComparison.Ordinal) ?? false));
            }
        }
    }

    [Fact]
    public async Task The_owner_learns_the_kind_of_an_unforeseen_failure_and_no_more()
    {
        var shown = (await Demo.GetJsonAsync($"{Path}/{history.RequestIds[1]}", In("2.84")))["instanceAction"]!;
        Assert.Equal("Error", (string)shown["message"]!);
        Assert.Equal(3, shown["events"]!.AsArray().Count);
        Assert.All(shown["events"]!.AsArray(), e => Assert.Equal("InvalidOperationException", (string)e!["details"]!));
        Assert.DoesNotContain("secret", shown.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_2_58_a_list_is_whole_and_takes_any_parameter()
    {
        var list = await Demo.GetJsonAsync($"{Path}?limit=1&marker=nonsense&changes-since=never&x=1", In("2.57"));
        Assert.Equal(["instanceActions"], list.AsObject().Select(pair => pair.Key));
        Assert.Equal(history.RequestIds, Ids(list));
    }

    [Fact]
    public async Task Pages_lead_through_all_actions_and_an_exact_last_page_leads_to_an_empty_one()
    {
        var seen = new List<string>();
        var next = $"{Path}?limit=2&changes-since=2020-01-01";
        var pages = 0;
        while (true)
        {
            var page = await Demo.GetJsonAsync(next, In("2.58"));
            seen.AddRange(Ids(page));
            pages++;
            if (page["links"] is not { } links)
                break;
            Assert.Equal("next", (string)links[0]!["rel"]!);
            next = (string)links[0]!["href"]!;
            Assert.Equal(
                new Uri(history.Running.Cloud.App.Address, $"{Path}?changes-since=2020-01-01&limit=2&marker={seen[^1]}")
                    .ToString(), next);
        }
        Assert.Equal(history.RequestIds, seen);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task A_limit_of_zero_gives_an_empty_page_without_a_link()
    {
        var page = await Demo.GetJsonAsync($"{Path}?limit=0", In("2.58"));
        Assert.Equal("""{"instanceActions":[]}""", page.ToJsonString());
        Assert.Equal(4, Ids(await Demo.GetJsonAsync($"{Path}?limit=9223372036854775808", In("2.58"))).Count());
    }

    [Theory]
    [InlineData("changes-since=2000-01-01T00:00:00", 4)]
    [InlineData("changes-since=2000-01-01T00:00:00Z", 4)]
    [InlineData("changes-since=2000-01-01T00:00:00.123456%2B09:00", 4)]
    [InlineData("changes-since=2000", 4)]
    [InlineData("changes-since=0001-01-01", 4)]
    [InlineData("changes-since=9999-12-31T23:59:59.999999", 0)]
    [InlineData("changes-before=2000-01-01 00:00", 0)]
    [InlineData("changes-before=9999-12-31", 4)]
    [InlineData("changes-since=2000-01-01&changes-before=9999-12-31", 4)]
    [InlineData("changes-since=2000-01-01&changes-before=2000-01-01", 0)]
    public async Task Times_filter_by_the_last_change(string query, int count)
        => Assert.Equal(count, Ids(await Demo.GetJsonAsync($"{Path}?{query}", In("2.66"))).Count());

    [Fact]
    public async Task Times_include_their_own_moment()
    {
        var list = await Demo.GetJsonAsync(Path, In("2.66"));
        var moment = (string)list["instanceActions"]![1]!["updated_at"]!;
        var only = await Demo.GetJsonAsync($"{Path}?changes-since={moment}&changes-before={moment}", In("2.66"));
        Assert.Equal([history.RequestIds[1]], Ids(only));
    }

    [Theory]
    [InlineData("2.58", "limit=", "Invalid input for query parameters limit. Value: . '' is too short")]
    [InlineData(
        "2.58", "limit=-1", "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'")]
    [InlineData("2.58", "limit=1e999",
        "Invalid input for query parameters limit. Value: 1e999. '1e999' does not match '^[0-9]*$'")]
    [InlineData(
        "2.58", "limit=%D9%A3", "Invalid input for query parameters limit. Value: ٣. '٣' does not match '^[0-9]*$'")]
    [InlineData("2.58", "limit=1&limit=2",
        "Invalid input for query parameters limit. Value: ['1', '2']. ['1', '2'] is too long")]
    [InlineData("2.58", "marker=a&marker=b",
        "Invalid input for query parameters marker. Value: ['a', 'b']. ['a', 'b'] is too long")]
    [InlineData("2.58", "marker=", "Marker  could not be found.")]
    [InlineData("2.58", "marker=req-unknown", "Marker req-unknown could not be found.")]
    [InlineData("2.58", "x=1", "Additional properties are not allowed ('x' was unexpected)")]
    [InlineData("2.58", "x=1&y=2", "Additional properties are not allowed ('x', 'y' were unexpected)")]
    [InlineData(
        "2.65", "changes-before=2020", "Additional properties are not allowed ('changes-before' was unexpected)")]
    [InlineData("2.58", "changes-since=yesterday",
        "Invalid input for query parameters changes-since. Value: yesterday. 'yesterday' is not a 'date-time'")]
    [InlineData(
        "2.58", "changes-since=", "Invalid input for query parameters changes-since. Value: . '' is not a 'date-time'")]
    [InlineData("2.58", "changes-since=0000-01-01",
        "Invalid input for query parameters changes-since. Value: 0000-01-01. '0000-01-01' is not a 'date-time'")]
    [InlineData("2.58", "changes-since=2020-02-30",
        "Invalid input for query parameters changes-since. Value: 2020-02-30. '2020-02-30' is not a 'date-time'")]
    [InlineData("2.58", "changes-since=2020-01-01T00:00:00+09:00", "Invalid input for query parameters changes-since. "
        + "Value: 2020-01-01T00:00:00 09:00. '2020-01-01T00:00:00 09:00' is not a 'date-time'")]
    [InlineData("2.58", "changes-since=9999-12-31T23:59:59-01:00", "Invalid input for query parameters changes-since. "
        + "Value: 9999-12-31T23:59:59-01:00. '9999-12-31T23:59:59-01:00' is not a 'date-time'")]
    [InlineData("2.66", "changes-since=2021&changes-before=2020",
        "The value of changes-since must be less than or equal to changes-before.")]
    public async Task A_wrong_query_is_refused(string version, string query, string message)
        => await AssertFaultAsync($"{Path}?{query}", version, "badRequest", 400, message);

    [Fact]
    public async Task Another_servers_action_cannot_be_a_marker_nor_be_shown()
    {
        var foreign = (await history.Running.Cloud.NewestActionAsync(history.Deleted)).Action.RequestId;
        await AssertFaultAsync(
            $"{Path}?marker={foreign}", "2.58", "badRequest", 400, $"Marker {foreign} could not be found.");
        await AssertFaultAsync($"{Path}/{foreign}", "2.84", "itemNotFound", 404, $"Action {foreign} not found");
    }

    [Theory]
    [InlineData("req-unknown")]
    [InlineData("REQ")]
    [InlineData("a.b")]
    [InlineData("é")]
    public async Task An_unknown_action_is_not_found(string id)
        => await AssertFaultAsync(
            $"{Path}/{id}", "2.1", "itemNotFound", 404, $"Action {Uri.UnescapeDataString(id)} not found");

    [Theory]
    [InlineData("6f0a1cbb-0000-4000-8000-000000000000")]
    [InlineData("vm")]
    [InlineData("SERVER.json")]
    [InlineData("UPPER")]
    public async Task An_unknown_server_is_not_found(string id)
    {
        var server = history.Running.Server.ToString();
        id = id.Replace("SERVER", server, StringComparison.Ordinal).Replace(
            "UPPER", server + "0", StringComparison.Ordinal);
        await AssertFaultAsync($"/v2.1/servers/{id}/os-instance-actions", "2.1", "itemNotFound", 404,
            $"Instance {id} could not be found.");
    }

    private async Task AssertFaultAsync(string path, string version, string name, int status, string message)
    {
        using var answer = await Demo.GetAsync(path, In(version));
        var expected = new JsonObject { [name] = new JsonObject { ["code"] = status, ["message"] = message } };
        Assert.Equal(
            expected.ToJsonString(TestApp.Plain), (await TestApp.JsonAsync(answer)).ToJsonString(TestApp.Plain));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/json; charset=UTF-8", answer.Content.Headers.ContentType!.ToString());
    }

    private static (string, string) In(string version) => ("OpenStack-API-Version", $"compute {version}");

    private static IEnumerable<string> Ids(JsonNode list)
        => list["instanceActions"]!.AsArray().Select(action => (string)action!["request_id"]!);
}
