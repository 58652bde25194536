using System.Diagnostics;
using Kiroku.Actions;

namespace Kiroku.Bench;

/// <summary>Kills a node under load and measures how long it takes until no action is open any more, without new
/// requests.</summary>
internal static class KilledNode
{
    private const int Rounds = 5;
    private static readonly TimeSpan Loading = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(Nodes nodes, IReadOnlyList<string> servers, string victim)
    {
        Console.WriteLine();
        Console.WriteLine("| kill | actions open then | half of them ended after | all ended after | how they ended |");
        Console.WriteLine("|---|---|---|---|---|");
        var times = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            using var over = new CancellationTokenSource();
            var others = nodes.Running.Where(node => node.Key != victim).Select(node => node.Value.Http).ToList();
            var load = servers.Select((server, index) => Task.Run(() => LoadAsync(others[index % others.Count], server, over.Token))).ToList();
            await Task.Delay(Loading);
            var clock = Stopwatch.StartNew();
            await nodes.KillAsync(victim);
            await over.CancelAsync();
            var open = await nodes.ListAsync<long>("SELECT id FROM records WHERE outcome = 0");
            await UntilOpenAsync(nodes, open.Count / 2);
            var half = clock.Elapsed.TotalSeconds;
            await UntilOpenAsync(nodes, 0);
            times.Add(clock.Elapsed.TotalSeconds);
            await Task.WhenAll(load);
            var outcomes = open.Count == 0 ? [] : await nodes.ListAsync<int>(
                $"SELECT outcome FROM records WHERE id IN ({string.Join(',', open)}) ORDER BY outcome");
            Console.WriteLine(FormattableString.Invariant(
                $"| {round} | {open.Count} | {half:F1} s | {times[^1]:F1} s | {string.Join(", ", outcomes.CountBy(OutcomeCodes.ToOutcome).Select(pair => $"{pair.Value} {pair.Key}"))} |"));
            await nodes.StartAsync(victim);
            await UntilOpenAsync(nodes, 0);
        }
        Console.WriteLine(FormattableString.Invariant($"| all | | | {times.Min():F1} / {Median.Of(times):F1} / {times.Max():F1} s | |"));
    }

    private static async Task UntilOpenAsync(Nodes nodes, int most)
    {
        while (await nodes.CountAsync("records WHERE outcome = 0") > most)
            await Task.Delay(Look);
    }

    /// <summary>Sends one action after another, whatever state the previous one left.</summary>
    private static async Task LoadAsync(HttpClient http, string server, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                var action = await FinishedActions.StatusAsync(http, server) == "SHUTOFF" ? "os-start" : "os-stop";
                using var answer = await http.PostAsync($"/v2.1/servers/{server}/action", FinishedActions.Json($$"""{"{{action}}":null}"""), over);
                // 409 while the previous action runs.
                await Task.Delay(5, over);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // A server on a node that was killed may not answer yet.
            }
        }
    }
}
