using System.Globalization;

namespace Kiroku.Bench;

/// <summary>
/// Measures how many action records a second are finished through one, two and three nodes on one PostgreSQL,
/// compared with pgbench writing the same rows; how fast a record is shown, compared with pgbench's select by primary
/// key; and how long actions stay open when a node is killed.
/// </summary>
internal static class NodeRates
{
    private const int Rounds = 3;
    private const int ShowSeconds = 3;
    private static readonly int[] AtOnce = [1, 16, 64];
    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(8);

    public static async Task<int> RunAsync(string product, string image)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            await using var postgres = await OwnPostgres.StartAsync();
            await PlainPostgres.PrepareAsync(await postgres.AddDatabaseAsync("beside"), AtOnce.Max());
            await WriteAsync(postgres, product, image, folder);
            await ShowAsync(postgres, product, folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteAsync(OwnPostgres postgres, string product, string image, string folder)
    {
        Console.WriteLine("| nodes | actions at once | records finished | pgbench | of pgbench | processor time of each: nodes + PostgreSQL |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (var count = 1; count <= Names.Length; count++)
        {
            var database = await postgres.AddDatabaseAsync($"nodes{count}");
            await using var nodes = new Nodes(product, Path.Combine(folder, $"{count}"), database, Nodes.OnMocks);
            foreach (var name in Names[..count])
                await nodes.StartAsync(name, name == Names[0] ? [("GUEST_IMAGE", image)] : []);
            var imageId = await FinishedActions.ImageAsync(nodes.Http[0]);
            var servers = new List<string>();
            while (servers.Count < AtOnce.Max())
                servers.Add(await FinishedActions.CreateAsync(nodes.Http[0], imageId));
            foreach (var atOnce in AtOnce)
            {
                var plain = await postgres.BenchAsync("beside", PlainPostgres.Record, atOnce, (int)Measuring.TotalSeconds);
                var (finished, used) = await FinishedActions.PerSecondAsync(
                    nodes.Http, servers[..atOnce], Measuring, () => nodes.Used, () => postgres.Used);
                Print($"| {count} | {atOnce} | {finished:N0}/s | {plain.PerSecond:N0}/s | {finished / plain.PerSecond:F2} | {used[0]:F2} + {used[1]:F2} ms |");
            }
            Print($"| {count} | memory of each | {string.Join(", ", nodes.Running.Values.Select(node => node.Memory))} MiB | | | |");
            if (count == Names.Length)
                await KilledNode.RunAsync(nodes, servers, Names[^1]);
        }
    }

    private static async Task ShowAsync(OwnPostgres postgres, string product, string folder)
    {
        Console.WriteLine();
        Console.WriteLine("| show | connections | Kiroku | pgbench's select | of pgbench |");
        Console.WriteLine("|---|---|---|---|---|");
        const string Database = "nodes1";
        foreach (var hot in new[] { true, false })
        {
            // The database still holds the records of the first measurement.
            await using var nodes = new Nodes(
                product, Path.Combine(folder, "1"), postgres.ConnectionTo(Database), Nodes.OnMocks, ("Actions__KeptInMemory", hot ? "16777216" : "0"));
            var node = await nodes.StartAsync(Names[0]);
            var ended = await nodes.ListAsync<string>("""
                SELECT '/v2.1/servers/' || encode(server, 'hex')::uuid || '/os-instance-actions/req-' || encode(request, 'hex')::uuid
                FROM records WHERE outcome > 0 AND length(request) = 16 ORDER BY random()
                """);
            var paths = Path.Combine(folder, $"paths-{hot}");
            await File.WriteAllLinesAsync(paths, hot ? ended.Take(1) : ended);
            foreach (var connections in new[] { 16, 1 })
            {
                List<Rate> shown = [], plain = [];
                for (var round = -1; round < Rounds; round++)
                {
                    var (p, s) = (await postgres.BenchAsync(Database, PlainPostgres.Select(ended.Count), connections, ShowSeconds),
                        await Load.RunAsync(node.Http.BaseAddress!, node.Token, paths, connections, ShowSeconds));
                    // The first round is not counted; it warms up.
                    if (round < 0)
                        continue;
                    shown.Add(s);
                    plain.Add(p);
                }
                Print($"| {(hot ? "hot" : "cold")}, {ended.Count:N0} actions | {connections} | {Middle(shown)} | {Middle(plain)} | {Median.Of(shown.Zip(plain, (s, p) => s.PerSecond / p.PerSecond)):F2} |");
            }
        }
    }

    private static string Middle(List<Rate> rates)
        => string.Create(CultureInfo.InvariantCulture, $"{Median.Of(rates.Select(rate => rate.PerSecond)):N0}/s, {Median.Of(rates.Select(rate => rate.MedianMicroseconds)):N0} µs");

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
