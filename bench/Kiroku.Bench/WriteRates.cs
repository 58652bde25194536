using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kiroku.Bench;

/// <summary>
/// How many action records a second are finished, with so many actions at once on the mock, beside the same rows written by nothing but
/// SQLite: four committed transactions for each record, one after the other.
/// </summary>
internal static class WriteRates
{
    private static readonly int[] AtOnce = [1, 16, 256];
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string product, string image)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            await RunAsync(product, image, folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string product, string image, string folder)
    {
        await using var service = await Service.StartAsync(product, Path.Combine(folder, "data"), ("GUEST_IMAGE", image));
        var images = JsonNode.Parse(await service.Http.GetStringAsync("/image/v2/images"))!["images"]!;
        var servers = new List<string>();
        while (servers.Count < AtOnce.Max())
            servers.Add(await CreateAsync(service.Http, (string)images[0]!["id"]!));
        Console.WriteLine("| actions at once | records finished | SQLite alone | of SQLite |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var atOnce in AtOnce)
        {
            var plain = PlainSqlite.RecordsPerSecond(Path.Combine(folder, $"beside-{atOnce}.db"), Measuring / 2);
            var finished = await FinishedPerSecondAsync(service.Http, servers[..atOnce]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {atOnce} | {finished:N0}/s | {plain:N0}/s | {finished / plain:F2} |"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| resident memory | {service.Memory} MiB | | |"));
    }

    private static async Task<double> FinishedPerSecondAsync(HttpClient http, List<string> servers)
    {
        using var over = new CancellationTokenSource();
        var finished = 0L;
        var workers = servers.Select(server => Task.Run(async () =>
        {
            for (var stop = true; !over.IsCancellationRequested; stop = !stop)
            {
                await ActAsync(http, server, stop ? """{"os-stop":null}""" : """{"os-start":null}""");
                Interlocked.Increment(ref finished);
            }
            // Running again, for whoever measures next.
            if (await StatusAsync(http, server) == "SHUTOFF")
                await ActAsync(http, server, """{"os-start":null}""");
        })).ToList();
        await Task.Delay(Warming);
        var (before, clock) = (Interlocked.Read(ref finished), Stopwatch.StartNew());
        await Task.Delay(Measuring);
        var rate = (Interlocked.Read(ref finished) - before) / clock.Elapsed.TotalSeconds;
        await over.CancelAsync();
        await Task.WhenAll(workers);
        return rate;
    }

    /// <summary>Asks, and looks until the record has its end; how often depends on how long that takes.</summary>
    private static async Task ActAsync(HttpClient http, string server, string body)
    {
        var clock = Stopwatch.StartNew();
        using var answer = await http.PostAsync($"/v2.1/servers/{server}/action", new StringContent(body, Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
        var record = $"/v2.1/servers/{server}/os-instance-actions/{answer.Headers.GetValues("x-compute-request-id").Single()}";
        while (await StatusAsync(http, server, "OS-EXT-STS:task_state") is not null)
            await Task.Delay(Math.Clamp((int)(clock.ElapsedMilliseconds / 4), 1, 100));
        var events = JsonNode.Parse(await http.GetStringAsync(record))!["instanceAction"]!["events"]!.AsArray();
        if ((string?)events[0]!["result"] != "Success")
            throw new InvalidOperationException($"{body} on {server} did not succeed.");
    }

    private static async Task<string?> StatusAsync(HttpClient http, string server, string key = "status")
        => (string?)JsonNode.Parse(await http.GetStringAsync($"/v2.1/servers/{server}"))!["server"]![key];

    private static async Task<string> CreateAsync(HttpClient http, string image)
    {
        var body = $$$"""{"server":{"name":"bench","flavorRef":"42","imageRef":"{{{image}}}","networks":"none"}}""";
        using var made = await http.PostAsync("/v2.1/servers", new StringContent(body, Encoding.UTF8, "application/json"));
        made.EnsureSuccessStatusCode();
        var server = (string)JsonNode.Parse(await made.Content.ReadAsStringAsync())!["server"]!["id"]!;
        while (await StatusAsync(http, server) == "BUILD")
            await Task.Delay(5);
        return server;
    }
}
