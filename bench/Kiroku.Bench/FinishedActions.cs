using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Kiroku.Bench;

/// <summary>Stops and starts servers. Each action counts once its record has ended.</summary>
internal static class FinishedActions
{
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(3);

    /// <summary>How many actions end in a second, with one at a time on each server and requests going to the
    /// services in turn; and how many milliseconds of processor time each took, by these counters.</summary>
    public static async Task<(double PerSecond, double[] Milliseconds)> PerSecondAsync(
        IReadOnlyList<HttpClient> services, IReadOnlyList<string> servers, TimeSpan measuring, params Func<TimeSpan>[] used)
    {
        using var over = new CancellationTokenSource();
        // One client by itself polls: it has nothing else to do, and what a stream tells may be some milliseconds old.
        await using var ends = servers.Count > 1 ? await ActionEnds.FollowAsync(services[0]) : null;
        var finished = 0L;
        var workers = servers.Select((server, index) => Task.Run(async () =>
        {
            var http = services[index % services.Count];
            for (var stop = true; !over.IsCancellationRequested; stop = !stop)
            {
                await ActAsync(http, server, stop ? "os-stop" : "os-start", ends);
                Interlocked.Increment(ref finished);
            }
            // Leaves the server running for the next measurement.
            if (await StatusAsync(http, server) == "SHUTOFF")
                await ActAsync(http, server, "os-start");
        })).ToList();
        await Task.Delay(Warming);
        var (before, usedBefore, clock) = (Interlocked.Read(ref finished), used.Select(count => count()).ToList(), Stopwatch.StartNew());
        await Task.Delay(measuring);
        var (ended, took) = (Interlocked.Read(ref finished) - before, clock.Elapsed);
        var milliseconds = used.Select((count, index) => (count() - usedBefore[index]).TotalMilliseconds / ended).ToArray();
        await over.CancelAsync();
        await Task.WhenAll(workers);
        return (ended / took.TotalSeconds, milliseconds);
    }

    /// <summary>Asks for an action, and returns when it has succeeded. Who does not hear of all ends polls the server,
    /// at intervals that depend on how long it takes.</summary>
    public static async Task ActAsync(HttpClient http, string server, string action, ActionEnds? ends = null)
    {
        var clock = Stopwatch.StartNew();
        using var answer = await http.PostAsync($"/v2.1/servers/{server}/action", Json($$"""{"{{action}}":null}"""));
        answer.EnsureSuccessStatusCode();
        var request = answer.Headers.GetValues("x-compute-request-id").Single();
        if (!await (ends?.WaitAsync(request) ?? PollAsync(http, server, request, clock)))
            throw new InvalidOperationException($"{action} on {server} did not succeed.");
    }

    private static async Task<bool> PollAsync(HttpClient http, string server, string request, Stopwatch clock)
    {
        while (await StatusAsync(http, server, "OS-EXT-STS:task_state") is not null)
            await Task.Delay(Math.Clamp((int)(clock.ElapsedMilliseconds / 4), 1, 100));
        var record = await http.GetStringAsync($"/v2.1/servers/{server}/os-instance-actions/{request}");
        return (string?)JsonNode.Parse(record)!["instanceAction"]!["events"]!.AsArray()[0]!["result"] == "Success";
    }

    public static async Task<string?> StatusAsync(HttpClient http, string server, string key = "status")
        => (string?)JsonNode.Parse(await http.GetStringAsync($"/v2.1/servers/{server}"))!["server"]![key];

    public static async Task<string> CreateAsync(HttpClient http, string image)
    {
        var body = $$$"""{"server":{"name":"bench","flavorRef":"42","imageRef":"{{{image}}}","networks":"none"}}""";
        using var made = await http.PostAsync("/v2.1/servers", Json(body));
        made.EnsureSuccessStatusCode();
        var server = (string)JsonNode.Parse(await made.Content.ReadAsStringAsync())!["server"]!["id"]!;
        while (await StatusAsync(http, server) == "BUILD")
            await Task.Delay(5);
        return server;
    }

    public static async Task<string> ImageAsync(HttpClient http)
        => (string)JsonNode.Parse(await http.GetStringAsync("/image/v2/images"))!["images"]![0]!["id"]!;

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
