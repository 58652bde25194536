using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Storage;
using Kiroku.Storage.Sqlite;

namespace Kiroku.Bench;

/// <summary>
/// Measures Kiroku's own time for each action: on libvirt's mock, which takes none, from the POST's arrival to the
/// end of the record. For comparison also measures one durable transaction of the store; an action makes three or
/// more.
/// </summary>
internal static class ActionTimes
{
    private const int Rounds = 20;
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";

    public static async Task<int> RunAsync(string product, string image)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            return await RunAsync(product, image, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string product, string image, string folder)
    {
        await using var service = await Service.StartAsync(product, folder, ("GUEST_IMAGE", image));
        var images = JsonNode.Parse(await service.Http.GetStringAsync("/image/v2/images"))!["images"]!;
        var imageId = (string)images[0]!["id"]!;
        var server = await CreateAsync(service.Http, imageId);
        var times = new Dictionary<string, List<double>>();
        for (var round = 0; round < Rounds + 3; round++)
        {
            foreach (var (name, body) in Story(imageId))
            {
                var took = await ActAsync(service.Http, server, body);
                Note(round, name, took);
            }
            // A flavor's disk never shrinks, so the server is confirmed only once.
            var confirmed = await CreateAsync(service.Http, imageId);
            await ActAsync(service.Http, confirmed, Resize);
            Note(round, "confirmResize", await ActAsync(service.Http, confirmed, """{"confirmResize":null}""", "ACTIVE"));
            using var deleted = await service.Http.DeleteAsync($"/v2.1/servers/{confirmed}");
            deleted.EnsureSuccessStatusCode();
        }
        var transaction = Median.Of(await TransactionsAsync());
        Console.WriteLine($"{"one durable transaction",-24}{transaction,8:F2} ms");
        foreach (var (name, list) in times)
            Console.WriteLine($"{name,-24}{Median.Of(list),8:F2} ms {Median.Of(list) / transaction,8:F1} transactions");
        Console.WriteLine($"{"first answer",-24}{service.FirstAnswer,8:F0} ms");
        Console.WriteLine($"{"resident memory",-24}{service.Memory,8} MiB");
        return 0;

        void Note(int round, string name, double took)
        {
            // The first rounds are not counted, because they include the costs of a program's start.
            if (round >= 3)
                (times.TryGetValue(name, out var list) ? list : times[name] = []).Add(took);
        }
    }

    /// <summary>One round of actions, which leaves the server as it was. A flavor's disk never shrinks, so every
    /// resize but the last is reverted.</summary>
    internal static IEnumerable<(string Name, string Body)> Story(string image) =>
    [
        ("reboot", """{"reboot":{"type":"SOFT"}}"""),
        ("stop", """{"os-stop":null}"""),
        ("start", """{"os-start":null}"""),
        ("rebuild", $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}"""),
        ("resize", Resize),
        ("revertResize", """{"revertResize":null}"""),
        ("shelve", """{"shelve":null}"""),
        ("unshelve", """{"unshelve":null}"""),
    ];

    private static async Task<string> CreateAsync(HttpClient http, string image)
    {
        using var made = await http.PostAsync("/v2.1/servers", Json($$$"""{"server":{"name":"bench","flavorRef":"42","imageRef":"{{{image}}}","networks":"none"}}"""));
        made.EnsureSuccessStatusCode();
        var server = (string)JsonNode.Parse(await made.Content.ReadAsStringAsync())!["server"]!["id"]!;
        while ((string)JsonNode.Parse(await http.GetStringAsync($"/v2.1/servers/{server}"))!["server"]!["status"]! == "BUILD")
            await Task.Yield();
        return server;
    }

    /// <summary>Waits for the end of an action. Returns its time in milliseconds, from the request's arrival to the
    /// record's end, as the record states them.</summary>
    internal static async Task<double> ActAsync(HttpClient http, string server, string body, string? endsAs = null)
    {
        using var answer = await http.PostAsync($"/v2.1/servers/{server}/action", Json(body));
        answer.EnsureSuccessStatusCode();
        while (!await EndedAsync(http, server, endsAs))
            await Task.Delay(1);
        var requestId = answer.Headers.GetValues("x-compute-request-id").Single();
        var action = JsonNode.Parse(await http.GetStringAsync($"/v2.1/servers/{server}/os-instance-actions/{requestId}"))!["instanceAction"]!;
        return (Timestamps.Parse((string)action["updated_at"]!) - Timestamps.Parse((string)action["start_time"]!)).TotalMilliseconds;
    }

    /// <summary>A confirm has no task_state, so only the status shows its end.</summary>
    private static async Task<bool> EndedAsync(HttpClient http, string server, string? endsAs)
    {
        var shown = JsonNode.Parse(await http.GetStringAsync($"/v2.1/servers/{server}"))!["server"]!;
        return shown["OS-EXT-STS:task_state"] is null && (endsAs is null || (string)shown["status"]! == endsAs);
    }

    /// <summary>Times of durable transactions of one row, in milliseconds.</summary>
    internal static async Task<List<double>> TransactionsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        var times = await TransactionsAsync(Path.Combine(folder, "beside.db"));
        Directory.Delete(folder, recursive: true);
        return times;
    }

    private static async Task<List<double>> TransactionsAsync(string file)
    {
        using var database = new SqliteDatabase(file);
        database.Migrate();
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var clock = Stopwatch.StartNew();
            await database.WriteAsync(async connection =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = $"UPDATE flavors SET name = 'm1.{i}' WHERE id = '42'";
                return await command.ExecuteNonQueryAsync();
            }, CancellationToken.None);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        return times;
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
