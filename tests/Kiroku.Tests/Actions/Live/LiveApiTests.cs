using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiroku.Actions;
using Kiroku.Actions.Feed;
using Kiroku.Storage;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Actions.Live;

/// <summary>The routes of the live record, over the cloud of <see cref="History"/>.</summary>
public sealed partial class LiveApiTests(History history) : IClassFixture<History>
{
    private const string List = "/actions/v1/actions";

    private Cloud Cloud => history.Running.Cloud;

    private TestUser Demo => Cloud.Demo;

    private string Failed => $"/actions/v1/servers/{history.Running.Server}/actions/{history.RequestIds[1]}";

    [Fact]
    public async Task An_action_is_told_to_its_owner()
    {
        var shown = (await Demo.GetJsonAsync(Failed)).AsObject();
        Assert.Equal(
            [
                "request_id", "server", "project_id", "user_id", "user_name", "action", "done", "outcome",
                "cancelable", "start_time", "finish_time", "duration_ms", "progress", "details", "trace_id",
                "position", "attempts", "links",
            ],
            shown.Select(pair => pair.Key));
        Assert.Equal(
            (history.RequestIds[1], $"{history.Running.Server}", "vm", Demo.ProjectId, Demo.UserId, "demo"),
            ((string)shown["request_id"]!, (string)shown["server"]!["id"]!, (string)shown["server"]!["name"]!,
                (string)shown["project_id"]!, (string)shown["user_id"]!, (string)shown["user_name"]!));
        Assert.Equal(
            ("start", true, "failed", "InvalidOperationException", null),
            ((string)shown["action"]!, (bool)shown["done"]!, (string)shown["outcome"]!, (string)shown["details"]!,
                shown["progress"]));
        var record = await Cloud.ActionAsync(history.Running.Server, history.RequestIds[1]);
        Assert.Equal(
            (Rfc3339(record.Action.StartTime), Rfc3339(record.Action.FinishTime!.Value)),
            ((string)shown["start_time"]!, (string)shown["finish_time"]!));
        Assert.Equal(
            (long)(record.Action.FinishTime.Value - record.Action.StartTime).TotalMilliseconds,
            (long)shown["duration_ms"]!);
        Assert.Equal(
            (new Uri(Cloud.App.Address, Failed).ToString(),
                new Uri(Cloud.App.Address, $"/v2.1/servers/{history.Running.Server}/os-instance-actions/"
                    + history.RequestIds[1]).ToString()),
            ((string)shown["links"]!["self"]!, (string)shown["links"]!["nova"]!));
        Assert.True(FeedPosition.TryParse((string)shown["position"]!, out _));
        Assert.Equal([1, 2, 3], shown["attempts"]!.AsArray().Select(attempt => (int)attempt!["attempt"]!));
        Assert.All(shown["attempts"]!.AsArray(), attempt => Assert.Equal(
            ["event", "attempt", "start_time", "finish_time", "result", "reason_code", "details", "host_id"],
            attempt!.AsObject().Select(pair => pair.Key)));
        Assert.DoesNotContain("secret place", shown.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Administrators_see_host_and_traceback_as_in_novas_calls()
    {
        var shown = await Cloud.Admin.GetJsonAsync(Failed);
        Assert.All(shown["attempts"]!.AsArray(), attempt =>
        {
            Assert.Equal(
                [
                    "event", "attempt", "start_time", "finish_time", "result", "reason_code", "details", "host_id",
                    "host", "traceback",
                ],
                attempt!.AsObject().Select(pair => pair.Key));
            Assert.Contains("secret place", (string)attempt!["traceback"]!, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task An_action_that_runs_says_what_is_tried_and_has_no_end()
    {
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var server = await Cloud.CreateServerAsync();
        Cloud.Hypervisor.Before = operation =>
        {
            reached.TrySetResult();
            return go.Task;
        };
        var (_, request) = await Cloud.ActAsync(server, """{"os-stop":null}""");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var shown = await Demo.GetJsonAsync($"/actions/v1/servers/{server}/actions/{request}");
        var running = await ListAsync(Demo, $"?filter=done=false AND server.id={server}");
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        go.SetResult();
        await Cloud.EndedAsync(server, request);
        Assert.Equal(
            (false, "running", null, null, "compute_stop_instance", 1),
            ((bool)shown["done"]!, (string)shown["outcome"]!, shown["finish_time"], shown["duration_ms"],
                (string)shown["progress"]!["event"]!, (int)shown["progress"]!["attempt"]!));
        Assert.Equal([request], Ids(running));
        Assert.Empty(Ids(await ListAsync(Demo, $"?filter=done=false AND server.id={server}")));
    }

    [Fact]
    public async Task A_list_has_the_actions_of_all_servers_of_the_project_newest_first_deleted_ones_too()
    {
        var filter = $"?filter=server.id={history.Running.Server} OR server.id={history.Deleted}";
        foreach (var user in new[] { Demo, history.Running.Reader })
        {
            var list = await ListAsync(user, filter);
            Assert.Equal(["actions", "position"], list.AsObject().Select(pair => pair.Key));
            Assert.Equal(
                ["delete", "create", "start", "start", "stop", "create"],
                list["actions"]!.AsArray().Select(action => (string)action!["action"]!));
            Assert.Equal(
                Ids(list).Reverse(), Ids(await ListAsync(user, $"{filter}&order_by=start_time")));
            Assert.Equal(
                (await user.GetJsonAsync(Failed)).ToJsonString(),
                list["actions"]![3]!.ToJsonString());
        }
        Assert.Equal([history.RequestIds[1]], Ids(await ListAsync(
            Demo, $"?filter=outcome = failed AND attempts.result = Error AND server.id={history.Running.Server}")));
    }

    [Fact]
    public async Task Another_project_sees_nothing_and_cannot_tell_what_there_is()
    {
        Assert.Empty(Ids(await ListAsync(history.Running.Other, "")));
        Assert.Empty(Ids(await ListAsync(
            history.Running.Other, $"?filter=request_id={history.RequestIds[0]} AND project_id={Demo.ProjectId}")));
        var missing = await RefusedAsync(history.Running.Other, $"/actions/v1/servers/{Guid.Empty}/actions/req-1", 404);
        var hidden = await RefusedAsync(history.Running.Other, Failed, 404);
        Assert.Equal(
            ((string)missing["detail"]!).Replace($"{Guid.Empty}", "S", StringComparison.Ordinal),
            ((string)hidden["detail"]!).Replace($"{history.Running.Server}", "S", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_administrator_does_to_a_server_is_told_to_the_servers_project_alone()
    {
        var server = await Cloud.CreateServerAsync();
        var request = (await Cloud.ResetStateAsync(server, "active")).Action.RequestId;
        var filter = $"?filter=request_id={request}";
        var told = Assert.Single((await ListAsync(Demo, filter))["actions"]!.AsArray())!;
        Assert.Equal(
            (Cloud.Admin.UserId, "admin", Cloud.Admin.ProjectId),
            ((string)told["user_id"]!, (string)told["user_name"]!, (string)told["project_id"]!));
        Assert.Empty(Ids(await ListAsync(Cloud.Admin, filter)));
        Assert.Equal([request], Ids(await ListAsync(Cloud.Admin, $"{filter}&all_projects=true")));
        Assert.Equal(
            "Policy doesn't allow actions:all_projects to be performed.",
            (string)(await RefusedAsync(Demo, $"{List}{filter}&all_projects=true", 403))["detail"]!);
    }

    [Fact]
    public async Task Pages_lead_through_the_list_and_each_tells_the_first_ones_position()
    {
        var filter = $"filter=server.id={history.Running.Server}";
        var page = await ListAsync(Demo, $"?{filter}&page_size=1");
        var (seen, position) = (Ids(page).ToList(), (string)page["position"]!);
        var server = await Cloud.CreateServerAsync();
        while (page["next_page_token"] is { } token)
        {
            page = await ListAsync(Demo, $"?{filter}&page_size=2&page_token={token}");
            seen.AddRange(Ids(page));
            Assert.Equal(position, (string)page["position"]!);
        }
        Assert.Equal(history.RequestIds, seen);
        Assert.True(FeedPosition.TryParse(position, out var from));
        var told = await new SettledFeed(Cloud.Database).ReadAsync(from, 1000, TestContext.Current.CancellationToken);
        Assert.Contains(server, told.Entries.Select(entry => entry.Recorded.Action.ServerId));
    }

    [Fact]
    public async Task A_token_is_good_for_its_own_list_alone()
    {
        var token = (string)(await ListAsync(Demo, "?page_size=1"))["next_page_token"]!;
        Assert.NotEmpty(Ids(await ListAsync(Demo, $"?page_token={token}")));
        foreach (var query in new[] { "&filter=done=true", "&order_by=start_time", "&filter=%20" })
            await RefusedTokenAsync(Demo, $"{token}{query}", "belongs to another list");
        await RefusedTokenAsync(history.Running.Reader, token, "belongs to another list");
        await RefusedTokenAsync(history.Running.Other, token, "belongs to another list");
        await RefusedTokenAsync(Cloud.Admin, $"{token}&all_projects=true", "belongs to another list");
        foreach (var wrong in new[]
        {
            token[..^1], token[1..], token[..(token.Length / 2)], $"{token}AAAA", "", "x", "%00", "a b", "記録",
            Demo.Token, new string('A', 2049), $"{(token[0] == 'A' ? 'B' : 'A')}{token[1..]}",
            token[..40] + (token[40] == 'A' ? 'B' : 'A') + token[41..],
        })
            await RefusedTokenAsync(Demo, wrong, "is none that this service gave out");
    }

    [Fact]
    public async Task Details_are_hidden_and_cannot_be_searched_for_where_the_policy_says_so()
    {
        await using var cloud = await Cloud.StartAsync(
            ("Policy:os_compute_api:os-instance-actions:events:details", "admin"),
            ("Policy:actions:all_projects", "auditor"));
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"os-stop":null}""");
        cloud.Hypervisor.Before = operation
            => operation == "start" ? throw new InvalidOperationException() : Task.CompletedTask;
        Assert.Equal(Outcomes.Failed, (await cloud.DoAsync(server, """{"os-start":null}""")).Action.Outcome);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await cloud.DoAsync(server, """{"os-start":null}""");
        cloud.Host.IsDeaf = true;
        await cloud.DoAsync(server, """{"os-stop":null}""");
        foreach (var hidden in new[] { "details", "reason_code", "warnings" })
        {
            Assert.DoesNotContain(
                hidden, (await cloud.Demo.GetJsonAsync(List)).ToJsonString(), StringComparison.Ordinal);
            Assert.Contains(hidden, (await cloud.Admin.GetJsonAsync($"{List}?all_projects=true")).ToJsonString(),
                StringComparison.Ordinal);
        }
        foreach (var filter in new[]
            { "NOT attempts.details:Invalid", "done=true OR attempts.reason_code=disk-full", "NOT warnings.code:*" })
        {
            var refused = await RefusedAsync(cloud.Demo, $"{List}?filter={filter}", 403);
            Assert.Contains("events:details", (string)refused["detail"]!, StringComparison.Ordinal);
        }
        var auditor = await People.AddAsync(cloud.App, "auditor", "audit", "reader", "auditor");
        Assert.NotEmpty(Ids(await ListAsync(auditor, "?all_projects=true")));
    }

    [Fact]
    public async Task A_request_that_began_an_action_is_answered_with_the_actions_address()
    {
        var server = await Cloud.CreateServerAsync();
        string[] bodies =
        [
            """{"os-stop":null}""", """{"lock":null}""", """{"unlock":null}""", """{"createImage":{"name":"n"}}""",
        ];
        foreach (var body in bodies)
        {
            using var answer = await Demo.PostAsync($"/v2.1/servers/{server}/action", body);
            Assert.Equal(202, (int)answer.StatusCode);
            var request = answer.Headers.GetValues("x-compute-request-id").Single();
            Assert.Equal($"{(await MonitoredAsync(answer))["request_id"]}", request);
            await Cloud.EndedAsync(server, request);
        }
        using var unrecorded = await Cloud.Admin.PostAsync(
            $"/v2.1/servers/{server}/action", """{"injectNetworkInfo":null}""");
        Assert.Equal((202, false), ((int)unrecorded.StatusCode, unrecorded.Headers.Contains("Link")));
        var creation = $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{Cloud.Image}}}"}}""";
        using var created = await Demo.PostAsync("/v2.1/servers", creation, ("Idempotency-Key", "live"));
        using var again = await Demo.PostAsync("/v2.1/servers", creation, ("Idempotency-Key", "live"));
        Assert.Equal("create", (string)(await MonitoredAsync(created))["action"]!);
        Assert.Equal(created.Headers.GetValues("Link"), again.Headers.GetValues("Link"));
        var made = Guid.Parse(created.Headers.Location!.OriginalString.Split('/')[^1]);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(made)).RunningAction is null);
        using var deleted = await Demo.DeleteAsync($"/v2.1/servers/{made}");
        Assert.False(deleted.Headers.Contains("Link"));
    }

    private Task<JsonNode> MonitoredAsync(HttpResponseMessage answer)
    {
        var link = Monitor().Match(answer.Headers.GetValues("Link").Single());
        Assert.True(link.Success);
        return Demo.GetJsonAsync(link.Groups[1].Value);
    }

    private static Task<JsonNode> ListAsync(TestUser user, string query) => user.GetJsonAsync(List + query);

    private static async Task RefusedTokenAsync(TestUser user, string token, string why)
    {
        var problem = await RefusedAsync(user, $"{List}?page_token={token}", 400);
        Assert.Equal("urn:kiroku:problem:invalid-page-token", (string)problem["type"]!);
        Assert.Contains(why, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ids(JsonNode list)
        => list["actions"]!.AsArray().Select(action => (string)action!["request_id"]!);

    private static string Rfc3339(DateTime time) => $"{Timestamps.Format(time)}Z";

    [GeneratedRegex("^<(.+)>; rel=\"monitor\"$")]
    private static partial Regex Monitor();
}
