using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Kiroku.Bench;

/// <summary>Begins a fixed number of stops and starts a second, evenly spread, each server's turn coming once a
/// second.</summary>
internal static class PacedActions
{
    /// <summary>The requests that were accepted, and how many were refused because the server's action before had not
    /// ended.</summary>
    public static async Task<(IReadOnlyCollection<string> Accepted, int Refused)> RunAsync(HttpClient http, IReadOnlyList<PacedServer> servers, int seconds)
    {
        var (accepted, refused, sent) = (new ConcurrentBag<string>(), 0, new List<Task>());
        var clock = Stopwatch.StartNew();
        for (var number = 0; number < servers.Count * seconds; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / servers.Count) - clock.Elapsed;
            if (due > TimeSpan.Zero)
                await Task.Delay(due);
            sent.Add(ActAsync(servers[number % servers.Count]));
        }
        await Task.WhenAll(sent);
        return (accepted, refused);

        async Task ActAsync(PacedServer server)
        {
            var body = FinishedActions.Json(server.Runs ? """{"os-stop":null}""" : """{"os-start":null}""");
            using var answer = await http.PostAsync($"/v2.1/servers/{server.Id}/action", body);
            if (answer.StatusCode == HttpStatusCode.Conflict)
            {
                Interlocked.Increment(ref refused);
                return;
            }
            answer.EnsureSuccessStatusCode();
            server.Runs = !server.Runs;
            accepted.Add(answer.Headers.GetValues("x-compute-request-id").Single());
        }
    }
}

/// <summary>A server, and whether it runs.</summary>
internal sealed class PacedServer(string id)
{
    public string Id => id;

    public bool Runs { get; set; } = true;
}
