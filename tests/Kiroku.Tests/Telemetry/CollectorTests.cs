using Kiroku.Tests.Servers;
using Kiroku.Tests.Servers.ManyHosts;

namespace Kiroku.Tests.Telemetry;

/// <summary>What a collector of OpenTelemetry's protocol gets from a service.</summary>
public sealed class CollectorTests : IAsyncLifetime
{
    private const string Stop = """{"os-stop":null}""";
    private const string Span = "00f067aa0ba902b7";

    private readonly string trace = Guid.NewGuid().ToString("N");
    private Collector collector = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => collector = await Collector.StartAsync();

    public ValueTask DisposeAsync() => collector.DisposeAsync();

    [Fact]
    public async Task It_gets_the_metrics_those_of_the_store_too_although_nobody_reads_them()
    {
        await using var cloud = await Cloud.StartAsync(
            [.. collector.Settings, ("Servers:LookInterval", "00:00:00.1")]);
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Stop);

        await collector.UntilMetricsAsync(
            "kiroku.actions.ended", "kiroku.actions.duration", "kiroku.attempts", "kiroku.hosts", "kiroku.machines",
            "dotnet.process.memory.working_set");
    }

    [Fact]
    public async Task It_gets_one_trace_of_an_action_over_a_kill()
    {
        await using var cloud = await Cloud.StartAsync(collector.Settings);
        var server = await cloud.CreateServerAsync();
        var hangs = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation => operation == "stop" && hangs.TrySetResult()
            ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        var requestId = await ActAsync(cloud.Demo, server, "01");
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        cloud.Kill();

        await cloud.StartAgainAsync();

        AssertOneTrace(await collector.UntilAsync(span => span.IsOf(requestId)), requestId);
    }

    [Fact]
    public async Task It_gets_one_trace_of_an_action_that_another_node_took_over()
    {
        await using var cloud = await HostsCloud.StartAsync(3, [.. collector.Settings, Cloud.Unwatched]);
        var server = await cloud.CreateWithGrainAsync(on: "a", grain: "b");
        var (hangs, killed) = (new TaskCompletionSource(), new TaskCompletionSource());
        cloud["a"].Hypervisor.Before = operation => operation == "stop" && hangs.TrySetResult()
            ? killed.Task : Task.CompletedTask;
        var requestId = await ActAsync(cloud.Admin, server, "01");
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await cloud.KillAsync("b");
        killed.SetResult();

        AssertOneTrace(await collector.UntilAsync(span => span.IsOf(requestId)), requestId);
    }

    [Fact]
    public async Task What_its_caller_does_not_sample_is_not_sent_and_keeps_its_trace()
    {
        await using var cloud = await Cloud.StartAsync(collector.Settings);
        var server = await cloud.CreateServerAsync();
        var silent = await ActAsync(cloud.Demo, server, "00");
        await cloud.EndedAsync(server, silent);
        // Spans are sent in the order in which they are told.
        var loud = await cloud.DoAsync(server, """{"os-start":null}""");

        var sent = await collector.UntilAsync(span => span.IsOf(loud.Action.RequestId));

        Assert.DoesNotContain(sent, span => span.TraceId == trace);
        var shown = await cloud.Demo.GetJsonAsync($"/actions/v1/servers/{server}/actions/{silent}");
        Assert.Equal(trace, (string?)shown["trace_id"]);
    }

    private async Task<string> ActAsync(TestUser user, Guid server, string flags)
    {
        using var answer = await user.PostAsync(
            $"/v2.1/servers/{server}/action", Stop, ("traceparent", $"00-{trace}-{Span}-{flags}"));
        Assert.Equal(202, (int)answer.StatusCode);
        return answer.Headers.GetValues("x-compute-request-id").Single();
    }

    private void AssertOneTrace(IReadOnlyList<SentSpan> sent, string requestId)
    {
        var ofTrace = sent.Where(span => span.TraceId == trace).ToList();
        var action = Assert.Single(ofTrace, span => span.IsOf(requestId));
        Assert.Equal((Span, "stop", "succeeded_after_retries", "kiroku"),
            (action.ParentId, action.Name, action.Tags["kiroku.outcome"], action.Service));
        Assert.Equal(
            [("compute_stop_instance", "1", "Error"), ("compute_stop_instance", "2", "Success")],
            ofTrace.Where(span => span.ParentId == action.Id).Select(
                span => (span.Name, span.Tags["kiroku.attempt"], span.Tags["kiroku.result"])).Order());
        Assert.Equal(3, ofTrace.Count);
    }
}
