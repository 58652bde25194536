using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Kiroku.Bench;

/// <summary>
/// Measures how many actions an export tells in a second, in each format, compared with SQLite's own walk over the same
/// rows, which reads every value of each. They take turns.
/// </summary>
internal static class ExportRates
{
    private const int Rounds = 3;

    /// <summary>How often the service's memory is looked at while it sends.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private static readonly (string Name, string Query, string Encoding)[] Exports =
    [
        ("jsonl", "format=jsonl", "identity"), ("jsonl, gzip", "format=jsonl", "gzip"), ("csv", "format=csv", "identity"), ("cadf", "format=cadf", "identity"),
    ];

    public static async Task<int> RunAsync(string product, int actions)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            var data = await FilledStore.MakeAsync(product, folder, "export", actions);
            await using var service = await Service.StartAsync(product, data);
            await MeasureAsync(service, Path.Combine(data, "kiroku.db"), actions);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(Service service, string file, int actions)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{actions:N0} actions; resident memory before {service.Memory} MiB"));
        Console.WriteLine("| export | actions | SQLite's walk | of it | bytes | processor time of an action | most resident memory meanwhile |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var export in Exports)
        {
            List<Told> told = [];
            List<double> walks = [];
            // What takes minutes is measured once, and needs no round before it that warms up.
            var isLong = actions >= 10_000_000;
            for (var round = isLong ? Rounds - 1 : -1; round < Rounds; round++)
            {
                // The first round is not counted; it warms up.
                var (rate, walk) = (await ExportAsync(service, export.Query, export.Encoding, actions), Walk(file, actions));
                if (round < 0)
                    continue;
                told.Add(rate);
                walks.Add(walk);
            }
            Print(export.Name, told, walks);
        }
    }

    private static void Print(string name, List<Told> told, List<double> walks)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Median.Of(told.Select(rate => rate.PerSecond)):N0}/s | {Median.Of(walks):N0}/s | {Median.Of(told.Zip(walks, (rate, walk) => rate.PerSecond / walk)):F2} | {told[0].Bytes / 1e6:N0} MB | {Median.Of(told.Select(rate => rate.ProcessorMicroseconds)):F1} µs | {told.Max(rate => rate.Memory)} MiB |"));

    private static async Task<Told> ExportAsync(Service service, string query, string encoding, int actions)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/actions/v1/export?{query}") { Headers = { { "Accept-Encoding", encoding } } };
        var (clock, used) = (Stopwatch.StartNew(), service.Used);
        using var answer = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[256 * 1024];
        var (bytes, memory, looked) = (0L, 0L, -Look);
        for (int count; (count = await body.ReadAsync(buffer)) > 0;)
        {
            bytes += count;
            if (clock.Elapsed - looked < Look)
                continue;
            (memory, looked) = (Math.Max(memory, service.Memory), clock.Elapsed);
        }
        return new Told(actions / clock.Elapsed.TotalSeconds, bytes, (service.Used - used).TotalMicroseconds / actions, memory);
    }

    /// <summary>Rows per second of one statement that goes through the table in the order of its ids.</summary>
    private static double Walk(string file, int actions)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT r.id, r.server, r.request, r.action, r.user_id, r.project_id, r.started, r.changed, r.outcome, r.failing, r.resting,
                r.cancelable, r.cancelled, r.cancelled_by, r.arguments, r.owner, r.position, r.attempts
            FROM records r ORDER BY r.id
            """;
        var clock = Stopwatch.StartNew();
        using var rows = command.ExecuteReader();
        var values = new object[rows.FieldCount];
        var count = 0;
        while (rows.Read())
        {
            rows.GetValues(values);
            count++;
        }
        return count == actions ? count / clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"There are {count} actions.");
    }

    private sealed record Told(double PerSecond, long Bytes, double ProcessorMicroseconds, long Memory);
}
