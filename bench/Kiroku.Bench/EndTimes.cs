using System.Globalization;

namespace Kiroku.Bench;

/// <summary>
/// Measures the time from an action's end in the store until a waiting client, a stream and a webhook's receiver have
/// it, with one node on SQLite, and on PostgreSQL with all three at another node than the one that runs the action.
/// Compared with one durable transaction of the same store.
/// </summary>
internal static class EndTimes
{
    private const int WarmingRounds = 2;

    public static async Task<int> RunAsync(string product, string image, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            Console.WriteLine("| store | who is told | ends | median | 90th percentile | one durable transaction | median in transactions |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            await AloneAsync(product, image, Path.Combine(folder, "alone"), rounds);
            await ApartAsync(product, image, Path.Combine(folder, "apart"), rounds);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AloneAsync(string product, string image, string folder, int rounds)
    {
        await using var service = await Service.StartAsync(product, folder, [.. EndFollowers.Settings, ("GUEST_IMAGE", image)]);
        var told = await MeasureAsync(service.Http, rounds);
        Print("SQLite, one node", told, Median.Of(await ActionTimes.TransactionsAsync()));
    }

    private static async Task ApartAsync(string product, string image, string folder, int rounds)
    {
        await using var postgres = await OwnPostgres.StartAsync();
        await using var nodes = await NodesApart.StartAsync(
            product, folder, await postgres.AddDatabaseAsync("apart"), [.. EndFollowers.Settings, ("GUEST_IMAGE", image)]);
        var told = await MeasureAsync(nodes.Api.Http, rounds);
        await PlainPostgres.PrepareAsync(await postgres.AddDatabaseAsync("beside"), 1);
        var plain = await postgres.BenchAsync("beside", "UPDATE servers SET updated_at = now()::text WHERE id = 'b0';", 1, 3);
        Print("PostgreSQL, another node", told, plain.MedianMicroseconds / 1000);
    }

    /// <summary>Does rounds of actions of eight kinds on one server, one after the other, and returns how long each end
    /// took to each of those who follow, in milliseconds.</summary>
    private static async Task<EndFollowers.Times> MeasureAsync(HttpClient http, int rounds)
    {
        var image = await FinishedActions.ImageAsync(http);
        var server = await FinishedActions.CreateAsync(http, image);
        await using var followers = await EndFollowers.StartAsync(http);
        for (var round = 0; round < rounds + WarmingRounds; round++)
        {
            foreach (var (_, body) in ActionTimes.Story(image))
            {
                await followers.ActAsync(server, body, isCounted: round >= WarmingRounds);
                // At no fixed distance from what came before, so that no pause of the service fits it.
                await Task.Delay(Random.Shared.Next(150));
            }
        }
        return followers.Counted;
    }

    private static void Print(string store, EndFollowers.Times told, double transaction)
    {
        foreach (var (who, times) in new[] { ("a waiting client", told.Waiter), ("a stream", told.Stream), ("a webhook's receiver", told.Webhook) })
        {
            var sorted = times.Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {store} | {who} | {sorted.Count} | {Median.Of(sorted):F1} ms | {sorted[sorted.Count * 9 / 10]:F1} ms | {transaction:F2} ms | {Median.Of(sorted) / transaction:F1} |"));
        }
    }
}
