using System.Diagnostics;
using Dapper;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Servers.ManyHosts;

namespace Kiroku.Tests.Telemetry;

/// <summary>One trace for each action, whichever processes and nodes run it.</summary>
public sealed class TracesTests : IDisposable
{
    private const string Stop = """{"os-stop":null}""";
    private const string Span = "00f067aa0ba902b7";

    /// <summary>Other tests tell spans in this process, too.</summary>
    private readonly string trace = Guid.NewGuid().ToString("N");
    private readonly HeardSpans heard = new();

    private string Given => $"00-{trace}-{Span}-01";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => heard.Dispose();

    [Fact]
    public async Task An_action_is_a_span_and_its_attempts_are_spans_below_it_with_the_times_of_the_record()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var failed = false;
        cloud.Hypervisor.Before = operation => operation == "stop" && !failed && (failed = true)
            ? throw new InvalidOperationException("a secret place") : Task.CompletedTask;

        var requestId = await TraceParent.ActAsync(cloud.Demo, server, Stop, Given);

        var record = await cloud.EndedAsync(server, requestId);
        var (action, attempts) = await heard.OfAsync(requestId);
        Assert.Equal((trace, Span, "stop"), (action.TraceId.ToHexString(), action.ParentSpanId.ToHexString(),
            action.OperationName));
        Assert.Equal(
            (record.Action.StartTime, record.Action.FinishTime!.Value),
            (action.StartTimeUtc, action.StartTimeUtc + action.Duration));
        Assert.Equal(
            ("stop", "succeeded_after_retries", server.ToString()),
            (Tag(action, "kiroku.action"), Tag(action, "kiroku.outcome"), Tag(action, "kiroku.server.id")));
        Assert.Equal(ActivityStatusCode.Unset, action.Status);
        Assert.All(attempts, attempt => Assert.Equal(
            (action.TraceId, action.SpanId), (attempt.TraceId, attempt.ParentSpanId)));
        Assert.Equal(
            [("compute_stop_instance", "1", "Error"), ("compute_stop_instance", "2", "Success")],
            attempts.Select(
                attempt => (attempt.OperationName, Tag(attempt, "kiroku.attempt"), Tag(attempt, "kiroku.result"))));
        Assert.Equal(
            record.Events.Reverse().Select(e => (e.StartTime, e.FinishTime!.Value, e.Host!)),
            attempts.Select(attempt => (attempt.StartTimeUtc, attempt.StartTimeUtc + attempt.Duration,
                Tag(attempt, "host.name"))));
        Assert.Equal(
            (ActivityStatusCode.Error, "InvalidOperationException"),
            (attempts[0].Status, attempts[0].StatusDescription!));
        Assert.DoesNotContain(
            "secret", string.Join(' ', attempts.SelectMany(attempt => attempt.Tags)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_callers_trace_an_action_has_one_of_its_own_that_the_live_record_names()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();

        var requestId = await TraceParent.ActAsync(cloud.Demo, server, Stop);

        await cloud.EndedAsync(server, requestId);
        var (action, attempts) = await heard.OfAsync(requestId);
        Assert.Equal(
            (TraceParent.OwnOf(requestId), default(ActivitySpanId)),
            (action.TraceId.ToHexString(), action.ParentSpanId));
        Assert.Single(attempts);
        Assert.Equal(action.TraceId.ToHexString(), await TraceParent.ShownAsync(cloud, server, requestId));
        Assert.Equal(0, await TraceParent.SizeAsync(cloud, requestId));
    }

    [Fact]
    public async Task An_action_that_is_complete_when_it_is_accepted_and_one_that_is_overtaken_are_told()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var (locked, lockAttempts) = await heard.OfAsync(
            await TraceParent.ActAsync(cloud.Demo, server, """{"lock":null}""", Given));
        Assert.Equal(("lock", Span, "api_lock"),
            (locked.OperationName, locked.ParentSpanId.ToHexString(), Assert.Single(lockAttempts).OperationName));
        await TraceParent.ActAsync(cloud.Demo, server, """{"unlock":null}""");
        var hangs = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation => operation == "stop" && hangs.TrySetResult()
            ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        var stopping = await TraceParent.ActAsync(cloud.Demo, server, Stop, Given);
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await cloud.DeleteAsync(server);

        var (stop, attempts) = await heard.OfAsync(stopping);
        Assert.Equal(
            ("superseded", ActivityStatusCode.Error, Span),
            (Tag(stop, "kiroku.outcome"), stop.Status, stop.ParentSpanId.ToHexString()));
        Assert.Contains(attempts, attempt => attempt.StatusDescription == "superseded by delete");
    }

    [Fact]
    public async Task The_spans_of_an_action_that_was_killed_are_of_one_trace_with_one_parent()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var hangs = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation => operation == "stop" && hangs.TrySetResult()
            ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        var requestId = await TraceParent.ActAsync(cloud.Demo, server, Stop, Given);
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        cloud.Kill();

        await cloud.StartAgainAsync();

        await cloud.EndedAsync(server, requestId);
        var (action, attempts) = await heard.OfAsync(requestId);
        Assert.Equal((trace, Span), (action.TraceId.ToHexString(), action.ParentSpanId.ToHexString()));
        Assert.Equal([("1", "Error"), ("2", "Success")], attempts.Select(
            attempt => (Tag(attempt, "kiroku.attempt"), Tag(attempt, "kiroku.result"))));
        Assert.All(attempts, attempt => Assert.Equal(
            (action.TraceId, action.SpanId), (attempt.TraceId, attempt.ParentSpanId)));
        Assert.Equal(trace, await TraceParent.ShownAsync(cloud, server, requestId));
        await cloud.DeleteAsync(server);
        Assert.Equal(0, heard.CountMore(trace));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_spans_of_an_action_that_another_node_took_over_are_of_one_trace(bool isGiven)
    {
        var given = isGiven ? Given : null;
        await using var cloud = await HostsCloud.StartAsync(3, Cloud.Unwatched);
        var server = await cloud.CreateWithGrainAsync(on: "a", grain: "b");
        var (hangs, killed) = (new TaskCompletionSource(), new TaskCompletionSource());
        cloud["a"].Hypervisor.Before = operation => operation == "stop" && hangs.TrySetResult()
            ? killed.Task : Task.CompletedTask;
        var requestId = await TraceParent.ActAsync(cloud.Admin, server, Stop, given);
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await cloud.KillAsync("b");
        killed.SetResult();

        await cloud.UntilIdleAsync(server);
        var (action, attempts) = await heard.OfAsync(requestId);
        Assert.Equal(
            (given is null ? TraceParent.OwnOf(requestId) : trace,
                given is null ? default : ActivitySpanId.CreateFromString(Span)),
            (action.TraceId.ToHexString(), action.ParentSpanId));
        Assert.Equal(["Error", "Success"], attempts.Select(attempt => Tag(attempt, "kiroku.result")));
        Assert.All(attempts, attempt => Assert.Equal(
            (action.TraceId, action.SpanId), (attempt.TraceId, attempt.ParentSpanId)));
    }

    [Fact]
    public async Task An_action_from_before_there_were_traces_has_none()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var requestId = await TraceParent.ActAsync(cloud.Demo, server, Stop, Given);
        await cloud.EndedAsync(server, requestId);
        await cloud.Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE records SET trace = NULL"), Token);

        Assert.Null(await TraceParent.ShownAsync(cloud, server, requestId));
    }

    [Fact]
    public async Task All_servers_of_a_request_are_in_its_trace()
    {
        await using var cloud = await Cloud.StartAsync();
        using var answer = await cloud.Demo.PostAsync(
            "/v2.1/servers",
            $$$"""
            {"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}","min_count":3,"max_count":3}}
            """, ("traceparent", Given));
        Assert.Equal(202, (int)answer.StatusCode);
        await cloud.UntilAsync(async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));
        var requestId = answer.Headers.GetValues("x-openstack-request-id").Single();

        foreach (var server in await cloud.ServersAsync())
            Assert.Equal(trace, await TraceParent.ShownAsync(cloud, server.Id, requestId));
    }

    private static string Tag(Activity span, string name) => $"{span.GetTagItem(name)}";
}
