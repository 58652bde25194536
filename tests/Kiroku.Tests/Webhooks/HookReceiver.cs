using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Kiroku.Tests.Webhooks;

/// <summary>A real receiver of webhooks on loopback, which answers as the test says.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Received> received = [];
    private TaskCompletionSource next = NewSource();

    private HookReceiver(WebApplication app) => this.app = app;

    public string Url => $"{app.Urls.Single()}/hook";

    public IReadOnlyList<Received> All => [.. received];

    /// <summary>What each request must pass to be noted; it throws otherwise.</summary>
    public Action<Received> Check { get; set; } = _ => { };

    /// <summary>How requests are answered, after they were noted.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    public static async Task<HookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new HookReceiver(builder.Build());
        receiver.app.Run(receiver.TakeAsync);
        await receiver.app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public void AnswerWith(int status, params (string Name, string Value)[] headers) => Answer = context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        return Task.CompletedTask;
    };

    /// <summary>Waits until so many requests came.</summary>
    public async Task<IReadOnlyList<Received>> UntilAsync(int number)
    {
        await UntilAsync(all => all.Count >= number);
        return All;
    }

    /// <summary>Waits until the requests that came fulfil a condition.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<Received>, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            var changed = Volatile.Read(ref next).Task;
            if (condition(All))
                return;
            await changed.WaitAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new Received(
            context.Request.Headers.ToDictionary(
                pair => pair.Key, pair => $"{pair.Value}", StringComparer.OrdinalIgnoreCase),
            body.ToArray(), context.Request.Path + context.Request.QueryString);
        Check(request);
        received.Enqueue(request);
        Interlocked.Exchange(ref next, NewSource()).SetResult();
        await Answer(context);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A request that came to a receiver.</summary>
internal sealed record Received(IReadOnlyDictionary<string, string> Headers, byte[] Body, string Path)
{
    public string Id => Headers["webhook-id"];

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => (string)Json["type"]!;

    public string RequestId => (string)Json["data"]!["request_id"]!;
}
