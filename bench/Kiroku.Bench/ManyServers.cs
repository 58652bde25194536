using System.Diagnostics;

namespace Kiroku.Bench;

/// <summary>Compares three nodes with few servers and three with many, all created through the API: their memory, and
/// the time of lists and shows.</summary>
internal static class ManyServers
{
    private const int Times = 20;
    private const int InOneRequest = 100;
    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly TimeSpan Restful = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string product, string image, int few, int many)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            await using var postgres = await OwnPostgres.StartAsync();
            await using var small = await FillAsync(postgres, product, image, folder, few);
            await using var large = await FillAsync(postgres, product, image, folder, many);
            Print($"| | {few:N0} servers | {many:N0} servers | many : few |");
            Console.WriteLine("|---|---|---|---|");
            await CompareMemoryAsync("after they were made", small, large);
            await CompareAsync(small, large);
            var (quick, slow) = (await StartAgainAsync(small), await StartAgainAsync(large));
            Print($"| three nodes start again, one after the other | {quick.Listening:F1} s | {slow.Listening:F1} s | {slow.Listening / quick.Listening:F1} |");
            Print($"| and are at rest after | {quick.Resting:F0} s | {slow.Resting:F0} s | |");
            await CompareMemoryAsync("after a start", small, large);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Nodes> FillAsync(OwnPostgres postgres, string product, string image, string folder, int servers)
    {
        var nodes = new Nodes(product, Path.Combine(folder, $"{servers}"), await postgres.AddDatabaseAsync($"servers{servers}"), Nodes.OnMocks);
        foreach (var name in Names)
            await nodes.StartAsync(name, name == Names[0] ? [("GUEST_IMAGE", image)] : []);
        var http = nodes.Http[0];
        var imageId = await FinishedActions.ImageAsync(http);
        var clock = Stopwatch.StartNew();
        for (var made = 0; made < servers; made += InOneRequest)
        {
            var count = Math.Min(InOneRequest, servers - made);
            var body = $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{imageId}}}","networks":"none","min_count":{{{count}}},"max_count":{{{count}}}}}""";
            using var answer = await http.PostAsync("/v2.1/servers", FinishedActions.Json(body));
            answer.EnsureSuccessStatusCode();
            while (await nodes.CountAsync("servers WHERE running_action IS NOT NULL") > 0)
                await Task.Delay(20);
            if (made == 0 || made + count >= servers)
                Print($"{made + count:N0} servers after {clock.Elapsed.TotalSeconds:F1} s");
        }
        if (await nodes.CountAsync("servers WHERE vm_state <> 'active'") is > 0 and var failed)
            throw new InvalidOperationException($"{failed} servers were not made.");
        return nodes;
    }

    private static async Task<(double Listening, double Resting)> StartAgainAsync(Nodes nodes)
    {
        foreach (var name in Names)
            await nodes.KillAsync(name);
        var clock = Stopwatch.StartNew();
        foreach (var name in Names)
            await nodes.StartAsync(name);
        var listening = clock.Elapsed.TotalSeconds;
        await RestAsync(nodes);
        return (listening, clock.Elapsed.TotalSeconds);
    }

    private static async Task CompareAsync(Nodes small, Nodes large)
    {
        foreach (var (name, path) in new[]
        {
            ("list, detailed, 1000", "/v2.1/servers/detail?limit=1000"), ("list, detailed, 20", "/v2.1/servers/detail?limit=20"),
            ("list, brief, 20", "/v2.1/servers?limit=20"), ("list by name, none", "/v2.1/servers?name=nothing"), ("show", "/v2.1/servers/{0}"),
        })
        {
            List<double> few = [], many = [];
            for (var i = -5; i < Times; i++)
            {
                // The first requests are not counted; they warm up.
                var (f, m) = (await AskAsync(small, path), await AskAsync(large, path));
                if (i < 0)
                    continue;
                few.Add(f);
                many.Add(m);
            }
            Print($"| {name} | {Median.Of(few):F1} ms | {Median.Of(many):F1} ms | {Median.Of(many) / Median.Of(few):F1} |");
        }
    }

    private static async Task<double> AskAsync(Nodes nodes, string path)
    {
        if (path.Contains("{0}", StringComparison.Ordinal))
            path = path.Replace("{0}", (await nodes.ListAsync<string>("SELECT id FROM servers ORDER BY random() LIMIT 1")).Single(), StringComparison.Ordinal);
        var clock = Stopwatch.StartNew();
        await nodes.Http[0].GetByteArrayAsync(path);
        return clock.Elapsed.TotalMilliseconds;
    }

    private static async Task CompareMemoryAsync(string when, Nodes small, Nodes large)
    {
        await RestAsync(small);
        await RestAsync(large);
        foreach (var name in Names)
        {
            var (few, many) = (small.Running[name].Memory, large.Running[name].Memory);
            Print($"| resident memory of {name}, {when} | {few} MiB | {many} MiB | {(double)many / few:F1} |");
        }
    }

    /// <summary>Waits until the nodes are almost idle.</summary>
    private static async Task RestAsync(Nodes nodes)
    {
        TimeSpan before;
        do
        {
            before = Used();
            await Task.Delay(Restful);
        }
        while (Used() - before > Restful * 0.15);

        TimeSpan Used() => nodes.Running.Values.Aggregate(TimeSpan.Zero, (sum, node) => sum + node.Used);
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
