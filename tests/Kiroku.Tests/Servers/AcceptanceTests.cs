using System.Net.Sockets;
using System.Text;
using Kiroku.Actions;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Servers;

/// <summary>
/// The record of a server is in the order in which its requests were accepted, and so are its times. Every accepted
/// request is in it.
/// </summary>
public sealed class AcceptanceTests
{
    private const string Lock = """{"lock":null}""";
    private const string Stop = """{"os-stop":null}""";
    private const string Start = """{"os-start":null}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Start)]
    [InlineData("""{"pause":null}""")]
    [InlineData(Lock)]
    [InlineData("""{"unlock":null}""")]
    [InlineData("""{"forceDelete":null}""")]
    [InlineData("""{"os-resetState":{"state":"error"}}""")]
    public async Task A_request_that_trickles_in_has_the_time_at_which_it_is_accepted(string body)
    {
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched);
        var server = await cloud.CreateServerAsync();
        using var trickle = await TrickleAsync(cloud, $"/v2.1/servers/{server}/action", body);

        var stopped = await cloud.DoAsync(server, Stop);
        if (body.Contains("pause", StringComparison.Ordinal))
            await cloud.DoAsync(server, Start);
        Assert.Equal(202, await trickle.EndAsync());

        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
        await AssertInOrderAsync(cloud, server);
        Assert.True((await cloud.NewestActionAsync(server)).Action.StartTime > stopped.Action.FinishTime);
    }

    [Fact]
    public async Task Servers_that_are_made_at_once_have_the_time_at_which_they_are_accepted()
    {
        await using var cloud = await Cloud.StartAsync();
        var body =
            $$$"""{"server":{"name":"vm","flavorRef":"{{{Cloud.Small}}}","imageRef":"{{{cloud.Image}}}","min_count":3}}""";
        using var trickle = await TrickleAsync(cloud, "/v2.1/servers", body);

        var before = await cloud.CreateServerAsync();
        Assert.Equal(202, await trickle.EndAsync());

        await cloud.UntilAsync(async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));
        var ended = (await cloud.NewestActionAsync(before)).Action.FinishTime;
        foreach (var server in (await cloud.ServersAsync()).Where(server => server.Id != before))
        {
            var created = (await cloud.NewestActionAsync(server.Id)).Action;
            Assert.True(created.StartTime > ended);
            Assert.Equal(server.CreatedAt, created.StartTime);
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_reorder_the_record()
    {
        var time = new SettableTime();
        await using var cloud = await Cloud.StartAsync(time, Cloud.Unwatched);
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Stop);

        // The clock goes back by no more than tokens tolerate.
        time.Ahead = TimeSpan.FromMinutes(-4);
        foreach (var body in new[]
            { Start, Lock, Lock, """{"unlock":null}""", Stop, Start, """{"reboot":{"type":"HARD"}}""" })
            await cloud.DoAsync(server, body);
        await cloud.DeleteAsync(server);

        await AssertInOrderAsync(cloud, server);
    }

    [Fact]
    public async Task Locks_of_many_at_once_are_in_order_and_each_is_found()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var asked = Enumerable.Range(0, 40).Select(
            index => index == 20 ? Stop : index % 2 == 0 ? Lock : """{"unlock":null}""");

        var answers = await Task.WhenAll(asked.Select(body => Task.Run(() => cloud.ActAsync(server, body))));

        foreach (var (_, requestId) in answers.Where(answer => answer.Status == 202))
            Assert.NotNull(await cloud.EndedAsync(server, requestId));
        await AssertInOrderAsync(cloud, server);
    }

    [Fact]
    public async Task A_second_lock_is_recorded_as_its_owners_and_changes_nothing()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        using (var first = await LockAsync(cloud, server, "mine"))
            Assert.Equal(202, (int)first.StatusCode);
        var before = await cloud.ServerAsync(server);

        using var second = await LockAsync(cloud, server, "another");

        Assert.Equal(202, (int)second.StatusCode);
        var (action, events) = await cloud.ActionAsync(server, RequestIdOf(second));
        Assert.Equal(
            (ActionNames.Lock, Outcomes.Succeeded, cloud.Demo.UserId), (action.Action, action.Outcome, action.UserId));
        Assert.Equal(EventNames.Lock, Assert.Single(events).Event);
        Assert.Equal("mine", (await cloud.ServerAsync(server)).LockedReason);
        Assert.Equal(before.UpdatedAt, (await cloud.ServerAsync(server)).UpdatedAt);
    }

    [Fact]
    public async Task A_second_deletion_is_recorded_beside_the_one_that_runs()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var held = new TaskCompletionSource();
        cloud.Hypervisor.Before = _ => held.Task;
        using var first = await cloud.Demo.DeleteAsync($"/v2.1/servers/{server}");
        using var second = await cloud.Demo.DeleteAsync($"/v2.1/servers/{server}");
        Assert.Equal((204, 204), ((int)first.StatusCode, (int)second.StatusCode));

        var record = await cloud.Demo.GetJsonAsync(
            $"/v2.1/servers/{server}/os-instance-actions/{RequestIdOf(second)}",
            ("OpenStack-API-Version", "compute 2.84"));

        Assert.Equal(("delete", null),
            ((string)record["instanceAction"]!["action"]!, (string?)record["instanceAction"]!["message"]));
        Assert.Empty(record["instanceAction"]!["events"]!.AsArray());
        Assert.Equal(Outcomes.Running, (await cloud.ActionAsync(server, RequestIdOf(first))).Action.Outcome);
        held.SetResult();
        Assert.Equal(Outcomes.Succeeded, (await cloud.EndedAsync(server, RequestIdOf(first))).Action.Outcome);
        Assert.Equal(["delete", "delete", "create"], await ListAsync(cloud, server));
        await AssertInOrderAsync(cloud, server);
    }

    [Fact]
    public async Task A_record_is_found_page_by_page_in_the_order_of_its_times()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        foreach (var body in new[] { Stop, Start, Lock, Lock, Lock })
            await cloud.DoAsync(server, body);
        var (times, marker) = (new List<string>(), "");
        while (true)
        {
            var page = (await cloud.Demo.GetJsonAsync(
                $"/v2.1/servers/{server}/os-instance-actions?limit=2{marker}",
                ("OpenStack-API-Version", "compute 2.58")))["instanceActions"]!.AsArray();
            if (page.Count == 0)
                break;
            times.AddRange(page.Select(action => (string)action!["start_time"]!));
            marker = $"&marker={(string)page[^1]!["request_id"]!}";
        }
        Assert.Equal(6, times.Count);
        Assert.Equal(times.OrderDescending(StringComparer.Ordinal), times);
    }

    /// <summary>Checks that actions are newest first, each later than the one before, and that no event is before its
    /// action.</summary>
    private static async Task AssertInOrderAsync(Cloud cloud, Guid server)
    {
        var actions = await cloud.App.Services.GetRequiredService<ActionStore>().ListAsync(
            server, new ActionQuery(1000), Token);
        Assert.Equal(actions.Count, actions.Select(action => action.StartTime).Distinct().Count());
        Assert.Equal(actions.OrderByDescending(action => action.StartTime).Select(action => action.RequestId),
            actions.Select(action => action.RequestId));
        foreach (var (action, events) in await Task.WhenAll(
            actions.Select(action => cloud.ActionAsync(server, action.RequestId))))
        {
            Assert.All(events,
                record => Assert.True(record.StartTime >= action.StartTime && record.FinishTime >= record.StartTime));
            Assert.True(action.FinishTime >= action.StartTime && action.UpdatedAt >= action.FinishTime);
        }
    }

    private static async Task<IEnumerable<string>> ListAsync(Cloud cloud, Guid server)
        => (await cloud.Demo.GetJsonAsync(
            $"/v2.1/servers/{server}/os-instance-actions", ("OpenStack-API-Version", "compute 2.21")))
            ["instanceActions"]!.AsArray().Select(action => (string)action!["action"]!);

    private static Task<HttpResponseMessage> LockAsync(Cloud cloud, Guid server, string reason) => cloud.Demo.PostAsync(
        $"/v2.1/servers/{server}/action", $$$"""{"lock":{"locked_reason":"{{{reason}}}"}}""",
        ("OpenStack-API-Version", "compute 2.73"));

    private static string RequestIdOf(HttpResponseMessage answer)
        => answer.Headers.GetValues("x-compute-request-id").Single();

    /// <summary>
    /// Sends an administrator's request without the last byte of its body, and waits until the service has begun to
    /// read it.
    /// </summary>
    private static async Task<Trickle> TrickleAsync(Cloud cloud, string path, string body)
    {
        var client = new TcpClient();
        await client.ConnectAsync(cloud.App.Address.Host, cloud.App.Address.Port, Token);
        var trickle = new Trickle(client, body[^1]);
        // The interim answer to "Expect" shows that the request's handler has begun to read.
        await trickle.SendAsync(
            $"POST {path} HTTP/1.1\r\nHost: {cloud.App.Address.Authority}\r\nX-Auth-Token: {cloud.Admin.Token}\r\n"
            + "Expect: 100-continue\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
                + $"{body.Length}\r\n\r\n");
        Assert.Equal(100, await trickle.StatusAsync());
        await trickle.SendAsync(body[..^1]);
        return trickle;
    }

    /// <summary>A request in progress.</summary>
    private sealed class Trickle(TcpClient client, char last) : IDisposable
    {
        private readonly StreamReader reader = new(client.GetStream());

        public Task SendAsync(string text)
            => client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Token).AsTask();

        public async Task<int> StatusAsync()
        {
            var line = await reader.ReadLineAsync(Token);
            while (await reader.ReadLineAsync(Token) is { Length: > 0 })
            {
            }
            return int.Parse(line!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }

        public async Task<int> EndAsync()
        {
            await SendAsync(last.ToString());
            return await StatusAsync();
        }

        public void Dispose()
        {
            reader.Dispose();
            client.Dispose();
        }
    }
}
