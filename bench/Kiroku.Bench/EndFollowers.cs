using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Kiroku.Bench;

/// <summary>
/// One stream, one webhook's receiver and, for each action, one waiting client, which note when they were told of its
/// end: the time at which all of the line, event or answer was read, by the clock that the service reads, too.
/// </summary>
internal sealed class EndFollowers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A waiting client whose request was sent later than this before the end may not have waited.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource over = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<double>> streamed = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource<double>> received = [];
    private readonly HttpClient http;
    private WebApplication? receiver;
    private Task following = Task.CompletedTask;

    private EndFollowers(HttpClient http) => this.http = http;

    /// <summary>What a service needs to have them.</summary>
    public static (string, string)[] Settings { get; } = [("Webhooks__AllowedNetworks", "127.0.0.0/8")];

    public Times Counted { get; } = new([], [], []);

    public static async Task<EndFollowers> StartAsync(HttpClient http)
    {
        var followers = new EndFollowers(http);
        await followers.ListenAsync();
        await followers.SubscribeAsync();
        await followers.FollowAsync();
        return followers;
    }

    /// <summary>Has an action run, and returns when all have been told of its end.</summary>
    /// <exception cref="TimeoutException">One was not told within ten seconds.</exception>
    public async Task ActAsync(string server, string body, bool isCounted)
    {
        using var accepted = await http.PostAsync($"/v2.1/servers/{server}/action", FinishedActions.Json(body));
        accepted.EnsureSuccessStatusCode();
        var request = accepted.Headers.GetValues("x-compute-request-id").Single();
        using var wait = new HttpRequestMessage(HttpMethod.Get, $"/actions/v1/servers/{server}/actions/{request}") { Headers = { { "Prefer", "wait=60" } } };
        var sent = Now();
        using var answer = await http.SendAsync(wait);
        answer.EnsureSuccessStatusCode();
        var document = await answer.Content.ReadAsByteArrayAsync();
        var told = Now();
        var ended = EndedAction.Read(JsonNode.Parse(document)) ?? throw new InvalidOperationException($"The wait for {request} was answered before its end.");
        var (stream, webhook) = (await In(streamed, request).Task.WaitAsync(Patience), await In(received, request).Task.WaitAsync(Patience));
        if (!isCounted)
            return;
        Counted.Stream.Add(stream);
        Counted.Webhook.Add(webhook);
        if (sent + Lead <= ended.Finished)
            Counted.Waiter.Add((told - ended.Finished).TotalMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await receiver!.DisposeAsync();
        over.Dispose();
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        receiver = builder.Build();
        receiver.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var told = Now();
            Note(received, JsonNode.Parse(body.ToArray())!["data"], told);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await receiver.StartAsync();
    }

    private async Task SubscribeAsync()
    {
        using var answer = await http.PostAsync("/actions/v1/subscriptions", FinishedActions.Json($$"""{"url":"{{receiver!.Urls.Single()}}"}"""));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Returns when the stream has begun.</summary>
    private async Task FollowAsync()
    {
        var lines = await StreamedLines.OpenAsync(http, "/actions/v1/stream");
        following = Task.Run(async () =>
        {
            using (lines)
            {
                while (await lines.NextAsync(over.Token) is { } line)
                {
                    var told = Now();
                    Note(streamed, JsonNode.Parse(line)!["action"], told);
                }
            }
        });
    }

    private static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    private static void Note(ConcurrentDictionary<string, TaskCompletionSource<double>> told, JsonNode? action, DateTime when)
    {
        if (EndedAction.Read(action) is { } ended)
            In(told, ended.Request).TrySetResult((when - ended.Finished).TotalMilliseconds);
    }

    private static TaskCompletionSource<double> In(ConcurrentDictionary<string, TaskCompletionSource<double>> told, string request)
        => told.GetOrAdd(request, _ => new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Milliseconds from each end until somebody was told.</summary>
    internal sealed record Times(List<double> Waiter, List<double> Stream, List<double> Webhook);
}
