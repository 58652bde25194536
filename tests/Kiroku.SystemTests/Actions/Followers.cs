using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kiroku.SystemTests.Service;
using Kiroku.Tests.Webhooks;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// All who follow demo's actions while services are killed: a stream, a waiter for each action that was accepted, and a
/// receiver of webhooks that takes only what is genuine.
/// </summary>
internal sealed class Followers : IAsyncDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly ConcurrentBag<Task<string>> waiters = [];
    private readonly Func<Task<Cloud>> findService;
    private readonly HookReceiver receiver;
    private readonly StreamFollower stream;
    private readonly Task streaming;
    private int again;

    private Followers(Func<Task<Cloud>> findService, HookReceiver receiver, string position)
    {
        (this.findService, this.receiver) = (findService, receiver);
        stream = new StreamFollower(findService, position);
        streaming = stream.FollowAsync(over.Token);
    }

    /// <summary>Begins to follow, before there is any action.</summary>
    public static async Task<Followers> StartAsync(Func<Task<Cloud>> findService)
    {
        var receiver = await HookReceiver.StartAsync();
        var service = await findService();
        var made = await service.PostAsync("/actions/v1/subscriptions", $$"""{"url":"{{receiver.Url}}"}""");
        Assert.True(made.Status == 201, made.Text);
        var secret = (string)made.Json["secret"]!;
        receiver.Check = request => Signatures.Verify(secret, request);
        var list = await service.ReadAsync("/actions/v1/actions");
        Assert.Empty(list["actions"]!.AsArray());
        return new Followers(findService, receiver, (string)list["position"]!);
    }

    /// <summary>Has a waiter wait for the end of an action.</summary>
    public void WaitFor(Guid server, string request)
        => waiters.Add(WaitAsync($"/actions/v1/servers/{server}/actions/{request}", $"{server} {request}"));

    /// <summary>Waits until the stream has told so many changes more.</summary>
    public async Task UntilToldAsync(int more)
    {
        var enough = stream.Told.Count + more;
        await Poll.UntilAsync(
            $"{more} changes", () => Task.FromResult(streaming.IsCompleted || stream.Told.Count >= enough));
        if (streaming.IsCompleted)
            await streaming;
    }

    /// <summary>
    /// Waits until nothing runs, and checks that the end of each action in the store reached all of them, and the
    /// stream no change twice.
    /// </summary>
    public async Task AssertToldAsync()
    {
        var actions = await Poll.ForAsync("every action to end", async () =>
            await ExportAsync() is var all && all.All(action => (bool)action["done"]!) ? all : null);
        var ended = actions.Select(NameOf).ToHashSet();
        Assert.True(ended.Count > 20, $"{ended.Count} actions");
        await Poll.UntilAsync(
            "the stream to tell each end",
            () => Task.FromResult(streaming.IsCompleted || ended.IsSubsetOf(EndsOfStream())),
            explain: () => Missing(ended, EndsOfStream()));
        await Poll.UntilAsync(
            "the receiver to be told each end", () => Task.FromResult(ended.IsSubsetOf(EndsOfReceiver())),
            explain: () => Missing(ended, EndsOfReceiver()));
        var waited = await Task.WhenAll(waiters).WaitAsync(Poll.Usual);
        await over.CancelAsync();
        await streaming;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{ended.Count} actions; {stream.Told.Count} changes told by {stream.Opened} streams; {waited.Length} "
            + $"waiters asked {again} times again; {receiver.All.Count} events received");

        // What the service begins by itself has no answer that would name it to a waiter.
        Assert.Equal(
            actions.Where(action => action["user_id"] is not null).Select(NameOf).Order(), waited.Distinct().Order());
        Assert.Equal(EndsOfStream().Distinct().Order(), EndsOfStream().Order());
        Assert.Equal(stream.Told.Count, stream.Told.DistinctBy(one => one.Position).Count());
        // The service may have begun more by itself since.
        var recorded = (await ExportAsync()).Select(NameOf).ToHashSet();
        Assert.Subset(recorded, EndsOfStream().ToHashSet());
        Assert.Subset(recorded, EndsOfReceiver().ToHashSet());
        // However often it was sent, an end has one id and one body.
        Assert.All(
            receiver.All.GroupBy(one => NameOf(one.Json["data"]!)),
            one => Assert.Single(one.Select(sent => (sent.Id, Convert.ToHexString(sent.Body))).Distinct()));
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await receiver.DisposeAsync();
        over.Dispose();
    }

    private IEnumerable<string> EndsOfStream()
        => stream.Told.Where(one => (bool)one.Action["done"]!).Select(one => NameOf(one.Action));

    private IEnumerable<string> EndsOfReceiver() => receiver.All.Select(one => NameOf(one.Json["data"]!));

    private async Task<string> WaitAsync(string path, string name)
    {
        while (true)
        {
            var answer = await AskAsync(service => service.WaitAsync(path));
            if ((bool)answer["done"]!)
                return name;
            Interlocked.Increment(ref again);
        }
    }

    /// <summary>The actions of the store.</summary>
    private async Task<List<JsonNode>> ExportAsync()
    {
        var lines = (await (await findService()).GetAsync("/actions/v1/export")).Text.TrimEnd().Split('\n')
            .Select(line => JsonNode.Parse(line)!).ToList();
        Assert.True((bool)lines[^1]["whole"]!);
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>Asks any service until one answers with a document.</summary>
    private Task<JsonObject> AskAsync(Func<Cloud, Task<Answer>> ask) => Poll.ForAsync("an answer", async () =>
    {
        var service = await findService();
        try
        {
            var answer = await ask(service);
            Assert.True(answer.Status is 200 or 503, $"{answer.Status}: {answer.Text}");
            return answer.Status == 200 ? answer.Json : null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Interlocked.Increment(ref again);
            return null;
        }
    });

    private static string NameOf(JsonNode action) => $"{action["server"]!["id"]} {action["request_id"]}";

    private static Task<string> Missing(HashSet<string> ended, IEnumerable<string> told)
        => Task.FromResult(string.Join(", ", ended.Except(told)));
}
