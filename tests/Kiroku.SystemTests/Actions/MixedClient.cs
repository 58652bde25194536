using System.Collections.Concurrent;
using Kiroku.SystemTests.Cluster;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Creates, deletes, shows and acts on servers at random, allowed or not, at any node. A request that is answered
/// with "later" is repeated later with the same Idempotency-Key.
/// </summary>
internal sealed class MixedClient(
    ThreeNodes nodes, ConcurrentDictionary<Guid, string> servers, string image, int most, int number, int seed)
{
    private readonly Random random = new(seed);
    private readonly Queue<Wish> later = new();
    private int asked;

    private readonly string[] bodies =
    [
        """{"os-start":null}""", """{"os-stop":null}""", """{"reboot":{"type":"SOFT"}}""",
        """{"reboot":{"type":"HARD"}}""",
        $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}""", """{"resize":{"flavorRef":"84"}}""",
        """{"resize":{"flavorRef":"42"}}""",
        """{"confirmResize":null}""", """{"revertResize":null}""", """{"shelve":null}""", """{"unshelve":null}""",
    ];

    /// <summary>The accepted requests: the server and the request's id.</summary>
    public List<(Guid Server, string Request)> Accepted { get; } = [];

    /// <summary>Is told of each of them at once.</summary>
    public Action<Guid, string>? OnAccepted { get; init; }

    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
            await AskAsync(later.Count > 0 && random.Next(2) == 0 ? later.Dequeue() : Next());
    }

    public Task CreateAsync() => AskAsync(Creation());

    /// <summary>Repeats all requests that have no final answer yet.</summary>
    public Task FinishAsync() => Poll.UntilAsync(
        "answers",
        async () =>
        {
            if (later.TryDequeue(out var wish))
                await AskAsync(wish);
            return later.Count == 0;
        },
        TimeSpan.FromMinutes(2));

    private async Task AskAsync(Wish wish)
    {
        var answer = await nodes.AskAsync(random, wish.Method, wish.Path, wish.Body, key: wish.Key);
        if (wish.Key is null)
            return;
        if (answer.Status == 503)
            later.Enqueue(wish);
        else if (answer.Status is >= 200 and < 300)
            Accept(wish, answer);
    }

    private void Accept(Wish wish, Answer answer)
    {
        var server = wish.Server ?? Guid.Parse((string)answer.Json["server"]!["id"]!);
        if (wish.Server is null)
            servers[server] = "made";
        Accepted.Add((server, answer.RequestId!));
        OnAccepted?.Invoke(server, answer.RequestId!);
    }

    private Wish Next()
    {
        var there = servers.Keys.ToList();
        if (there.Count == 0 || (there.Count < most && random.Next(8) == 0))
            return Creation();
        var server = there[random.Next(there.Count)];
        var chance = random.Next(20);
        // Only one client deletes a server: a second deletion is also accepted, but is no action of its own.
        if (chance == 0 && !servers.TryRemove(server, out _))
            return Next();
        return chance switch
        {
            0 => new Wish(HttpMethod.Delete, server, $"/v2.1/servers/{server}", null, Key()),
            1 => new Wish(HttpMethod.Get, server, "/v2.1/servers/detail", null, null),
            2 or 3 => new Wish(HttpMethod.Get, server, $"/v2.1/servers/{server}", null, null),
            4 => new Wish(HttpMethod.Get, server, $"/v2.1/servers/{server}/os-instance-actions", null, null),
            _ => new Wish(
                HttpMethod.Post, server, $"/v2.1/servers/{server}/action", bodies[random.Next(bodies.Length)], Key()),
        };
    }

    private Wish Creation()
        => new(HttpMethod.Post, null, "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{image}}}"}}""", Key());

    private string Key() => $"{number}-{asked++}";

    /// <summary>A request. One without a key only reads.</summary>
    private sealed record Wish(HttpMethod Method, Guid? Server, string Path, string? Body, string? Key);
}
