using System.Diagnostics;
using Kiroku.Nodes;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Servers.Upkeep;

namespace Kiroku.Bench;

/// <summary>
/// Plays what many nodes ask of one PostgreSQL while nothing happens, and measures the processor time that this takes
/// there, beside pgbench's selects by primary key.
/// </summary>
internal static class SimulatedNodes
{
    private const int PlainSeconds = 5;

    /// <summary>With so many seconds' requests open the figures would mean nothing.</summary>
    private const int SecondsBehind = 5;

    private const string PlainSelect = "\\set number random(0, 999)\nSELECT * FROM nodes WHERE number = :number;\n";
    private static readonly TimeSpan OneKind = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(int nodes)
    {
        await using var postgres = await OwnPostgres.StartAsync();
        using var cloud = await SimulatedCloud.FillAsync(await postgres.AddDatabaseAsync("simulated"), nodes);
        Console.WriteLine("| what the nodes ask | a second | processor seconds a second | as many selects a second |");
        Console.WriteLine("|---|---|---|---|");
        var all = Requests(cloud);
        foreach (var request in all)
            await MeasureAsync(postgres, cloud, request.Name, [request], OneKind);
        await MeasureAsync(postgres, cloud, "all together", all, Together);
        return 0;
    }

    private static IReadOnlyList<RepeatedRequest> Requests(SimulatedCloud cloud) =>
    [
        new("watching", NodeWatch.Interval, node => node.WatchAsync()),
        new("recovery", Recovery.IntervalAmongNodes, node => node.RecoverAsync(cloud.Watched)),
        new("looking", new ServersOptions().LookInterval, node => cloud.Watched.ListOnHostAsync(node.Name, node.Machines, CancellationToken.None)),
        new("security groups, where hosts filter", FilterKeeper.Interval, node => cloud.Watched.ListCardsAsync(node.Name, CancellationToken.None)),
        // As the service sets them for the engine.
        new("the engine's signs of life", TimeSpan.FromSeconds(5), node => cloud.AskAsEngineAsync(node, "UpdateIAmAlivetimeKey")),
        new("the engine's list of members", TimeSpan.FromSeconds(10), node => cloud.AskAsEngineAsync(node, "MembershipReadAllKey")),
        // Comes last, because until then all count as present without one.
        new("signs of life", NodeReport.Interval, node => node.ReportAsync()),
    ];

    private static async Task MeasureAsync(
        OwnPostgres postgres, SimulatedCloud cloud, string name, IReadOnlyList<RepeatedRequest> requests, TimeSpan time)
    {
        var before = await SelectsAsync(postgres);
        await PlayAsync(cloud, requests, TimeSpan.FromSeconds(2));
        var (used, clock) = (postgres.Used, Stopwatch.StartNew());
        var count = await PlayAsync(cloud, requests, time);
        var perSecond = (postgres.Used - used) / clock.Elapsed;
        var rate = count / clock.Elapsed.TotalSeconds;
        var selects = (before + await SelectsAsync(postgres)) / 2;
        Console.WriteLine(FormattableString.Invariant($"| {name} | {rate:N0} | {perSecond:F3} | {perSecond * selects:N0} |"));
    }

    /// <summary>How many selects pgbench gets for each second of the server's processor time.</summary>
    private static async Task<double> SelectsAsync(OwnPostgres postgres)
    {
        var used = postgres.Used;
        var plain = await postgres.BenchAsync("simulated", PlainSelect, 4, PlainSeconds);
        return plain.PerSecond * PlainSeconds / (postgres.Used - used).TotalSeconds;
    }

    /// <summary>Each node asks in its turn, so that requests come evenly.</summary>
    /// <returns>How many requests were answered.</returns>
    /// <exception cref="InvalidOperationException">The database did not keep up.</exception>
    private static async Task<int> PlayAsync(SimulatedCloud cloud, IReadOnlyList<RepeatedRequest> requests, TimeSpan time)
    {
        var counts = await Task.WhenAll(requests.Select(request => PlayAsync(cloud, request, time)));
        return counts.Sum();
    }

    private static async Task<int> PlayAsync(SimulatedCloud cloud, RepeatedRequest request, TimeSpan time)
    {
        var (clock, begun, running) = (Stopwatch.StartNew(), 0, new List<Task>());
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (clock.Elapsed < time && await pace.WaitForNextTickAsync())
        {
            for (var due = cloud.Nodes.Count * (clock.Elapsed / request.Interval); begun < due; begun++)
                running.Add(request.Ask(cloud.Nodes[begun % cloud.Nodes.Count]));
            var ended = running.Where(one => one.IsCompleted).ToHashSet();
            await Task.WhenAll(ended);
            running.RemoveAll(ended.Contains);
            if (running.Count > SecondsBehind * cloud.Nodes.Count)
                throw new InvalidOperationException($"The database does not keep up with this: {request.Name}.");
        }
        await Task.WhenAll(running);
        return begun;
    }

    /// <summary>What every node asks again and again.</summary>
    private sealed record RepeatedRequest(string Name, TimeSpan Interval, Func<SimulatedNode, Task> Ask);
}
