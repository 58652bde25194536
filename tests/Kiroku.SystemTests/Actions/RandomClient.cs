using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Asks for one action after another, allowed or not, each with an Idempotency-Key. Repeats requests that were not
/// answered.
/// </summary>
internal sealed class RandomClient(KilledService service, IReadOnlyList<Guid> servers, string image, int seed)
{
    private readonly Random random = new(seed);

    private readonly string[] bodies =
    [
        """{"os-start":null}""", """{"os-stop":null}""", """{"reboot":{"type":"SOFT"}}""",
        """{"reboot":{"type":"HARD"}}""",
        $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}""", """{"resize":{"flavorRef":"84"}}""",
        """{"resize":{"flavorRef":"42"}}""",
        """{"confirmResize":null}""", """{"revertResize":null}""", """{"shelve":null}""", """{"unshelve":null}""",
        """{"nonsense":null}""",
    ];

    /// <summary>All requests so far, with their answers.</summary>
    public List<Asked> All { get; } = [];

    /// <summary>Is told of each accepted request at once.</summary>
    public Action<Guid, string>? OnAccepted { get; init; }

    public IEnumerable<Asked> Accepted => All.Where(asked => asked.IsAccepted);

    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var request = new Asked(
                servers[random.Next(servers.Count)], bodies[random.Next(bodies.Length)], $"{seed}-{All.Count}", null!);
            var answered = request with { Answer = await AskAsync(request) };
            All.Add(answered);
            if (answered.IsAccepted)
                OnAccepted?.Invoke(answered.Server, answered.Answer.RequestId!);
            if (random.Next(5) == 0 && Accepted.LastOrDefault() is { } accepted)
                await RepeatAsync(accepted);
        }
    }

    /// <summary>Repeats an accepted request. The answer must be the same as before.</summary>
    public async Task RepeatAsync(Asked accepted)
    {
        var again = await AskAsync(accepted);
        Assert.Equal((accepted.Answer.Status, accepted.Answer.RequestId, accepted.Answer.Text),
            (again.Status, again.RequestId, again.Text));
    }

    private Task<Answer> AskAsync(Asked request)
        => service.AskAsync(
            cloud => cloud.PostAsync($"/v2.1/servers/{request.Server}/action", request.Body, key: request.Key));
}

/// <summary>A request for an action, and its final answer.</summary>
internal sealed record Asked(Guid Server, string Body, string Key, Answer Answer)
{
    public bool IsAccepted => Answer.Status is >= 200 and < 300;
}
