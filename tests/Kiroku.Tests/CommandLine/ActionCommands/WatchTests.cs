using System.Text.Json.Nodes;

namespace Kiroku.Tests.CommandLine.ActionCommands;

/// <summary>Watching, on a service that says what a test has it say.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private const string Position = "g.1.1";

    private readonly List<string> asked = [];
    private readonly Queue<Func<HttpContext, Task>> streams = new();
    private TaskCompletionSource ended = new();
    private WebApplication service = null!;
    private string running = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        service = builder.Build();
        service.Urls.Add("http://127.0.0.1:0");
        service.MapPost("/v3/auth/tokens", (HttpContext context) =>
        {
            context.Response.Headers["X-Subject-Token"] = "t";
            var url = $"http://{context.Request.Host}/compute/v2.1";
            return Results.Content(new JsonObject
            {
                ["token"] = new JsonObject
                {
                    ["catalog"] = new JsonArray(new JsonObject
                    {
                        ["type"] = "compute",
                        ["endpoints"] = new JsonArray(new JsonObject { ["interface"] = "public", ["url"] = url }),
                    }),
                },
            }.ToJsonString(), "application/json", statusCode: 201);
        });
        service.MapGet("/compute/actions/v1/actions", (HttpContext context) =>
        {
            asked.Add($"list {context.Request.Query["filter"]}");
            return Results.Content(
                $$"""{"actions":[{{running}}],"position":"{{Position}}"}""", "application/json");
        });
        service.MapGet("/compute/actions/v1/stream", async (HttpContext context) =>
        {
            asked.Add($"stream {context.Request.Query["after"]} {context.Request.Query["filter"]}".TrimEnd());
            Assert.Equal("application/x-ndjson", context.Request.Headers.Accept);
            if (streams.TryDequeue(out var stream))
            {
                await stream(context);
                return;
            }
            ended.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, Token);
        });
        await service.StartAsync(Token);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task It_tells_what_runs_and_each_change_and_goes_on_where_the_stream_ended()
    {
        running = Action("req-1", "running");
        Then(Line("req-1", "running", "g.2.1", ",\"progress\":{\"event\":\"step\",\"attempt\":2}"),
            """{"type":"bookmark","position":"g.3.1"}""", """{"type":"end","position":"g.3.1","reason":"draining"}""");
        Then(Line("req-1", "succeeded", "g.4.1"), Line("req-2", "failed", "g.5.1", ",\"details\":\"because\""));

        var said = await WatchAsync("--filter", "action = stop OR action = start");

        Assert.Equal(
            [
                "2026-01-01 00:00:00  req-1  vm  stop  running",
                "2026-01-01 00:00:00  req-1  vm  stop  running  step (attempt 2)",
                "2026-01-01 00:00:01  req-1  vm  stop  succeeded  1.00 s",
                "2026-01-01 00:00:01  req-2  vm  stop  failed  1.00 s  because",
            ], said.Lines);
        const string filter = "action = stop OR action = start";
        Assert.Equal(
            [
                $"list {filter}", $"list ({filter}) AND done = false", $"stream {Position} {filter}",
                $"stream g.3.1 {filter}", $"stream g.5.1 {filter}",
            ], asked);
        Assert.Equal(130, said.ExitCode);
    }

    [Fact]
    public async Task A_broken_stream_is_followed_on_and_a_position_that_is_gone_begins_anew()
    {
        Then(Line("req-1", "running", "g.2.1"));
        streams.Enqueue(async context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "0";
            await AnswerAsync(context, "application/problem+json",
                """{"type":"urn:kiroku:problem:service-unavailable","detail":"wait"}""");
        });
        streams.Enqueue(async context =>
        {
            context.Response.StatusCode = 410;
            await AnswerAsync(context, "application/problem+json",
                """{"type":"urn:kiroku:problem:position-gone","detail":"gone"}""");
        });

        var said = await WatchAsync();

        Assert.Equal(
            ["list done = false", $"stream {Position}", "stream g.2.1", "stream g.2.1", "list done = false",
                $"stream {Position}"], asked);
        Assert.Contains("the connection is lost and tried again", said.Error, StringComparison.Ordinal);
        Assert.Contains("Changes may be missing", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_the_documents_and_a_terminal_has_a_table_without_what_would_move_it()
    {
        running = Action("req-1", "running");
        Then(Line("req-1", "succeeded", "g.2.1"));
        var documents = (await WatchAsync("--json")).Lines.Select(line => JsonNode.Parse(line)!);
        Assert.Equal(["running", "succeeded"], documents.Select(action => (string)action["outcome"]!));

        Then(Line("req-2", "failed", "g.2.1", ",\"details\":\"a\\u009b2Jb [red]\""));
        var shown = await WatchAsync(isTerminal: true);
        Assert.Contains("1 running", shown.Out, StringComparison.Ordinal);
        Assert.Contains("a\\u{9b}2Jb [red]", shown.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\u009b", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_stream_is_complained_about()
    {
        Then("nonsense");
        (await WatchAsync()).Complains("a line that is no JSON object");
        Then("""{"type":"action","position":"p","action":{}}""");
        (await WatchAsync()).Complains("an action that this Kiroku cannot read");
        streams.Enqueue(async context =>
        {
            context.Response.StatusCode = 400;
            await AnswerAsync(context, "application/problem+json",
                """{"type":"urn:kiroku:problem:invalid-filter","detail":"wrong\nfilter"}""");
        });
        (await WatchAsync()).Complains("wrong filter");
    }

    private void Then(params string[] lines) => streams.Enqueue(
        context => AnswerAsync(context, "application/x-ndjson", $"{string.Join('\n', lines)}\n"));

    private static async Task AnswerAsync(HttpContext context, string type, string body)
    {
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body, Token);
        await context.Response.CompleteAsync();
    }

    /// <summary>Watches until the service has said all that it was to say.</summary>
    private Task<Said> WatchAsync(params string[] args) => WatchAsync(isTerminal: false, args);

    private async Task<Said> WatchAsync(bool isTerminal, params string[] args)
    {
        using var desk = new Desk
        {
            IsTerminal = isTerminal,
            Variables =
            {
                ["OS_AUTH_URL"] = service.Urls.Single(),
                ["OS_AUTH_TYPE"] = "token",
                ["OS_TOKEN"] = "t",
                ["OS_PROJECT_ID"] = "p",
            },
        };
        ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var watching = desk.RunAsync(["watch", .. args], null, end.Token);
        await Task.WhenAny(ended.Task, watching);
        await end.CancelAsync();
        return await watching;
    }

    private static string Line(string request, string outcome, string position, string more = "")
        => $$"""{"type":"action","position":"{{position}}","action":{{Action(request, outcome, more)}}}""";

    private static string Action(string request, string outcome, string more = "") => $$"""
        {"request_id":"{{request}}","server":{"id":"{{Guid.Empty}}","name":"vm"},"action":"stop",
        "outcome":"{{outcome}}",
        "done":{{(outcome == "running" ? "false" : "true")}},"start_time":"2026-01-01T00:00:00.000000Z",
        "finish_time":{{(outcome == "running" ? "null" : "\"2026-01-01T00:00:01.000000Z\"")}}{{more}},"later":[1]}
        """.ReplaceLineEndings("");
}
