using System.Globalization;

namespace Kiroku.Bench;

/// <summary>
/// Measures how many action records a second are finished, with several actions at once on the mock, compared with
/// SQLite alone writing the same rows: four committed transactions for each record, one after the other.
/// </summary>
internal static class WriteRates
{
    private static readonly int[] AtOnce = [1, 16, 256];
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
        var imageId = await FinishedActions.ImageAsync(service.Http);
        var servers = new List<string>();
        while (servers.Count < AtOnce.Max())
            servers.Add(await FinishedActions.CreateAsync(service.Http, imageId));
        Console.WriteLine("| actions at once | records finished | SQLite alone | of SQLite | processor time of each |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var atOnce in AtOnce)
        {
            var plain = PlainSqlite.RecordsPerSecond(Path.Combine(folder, $"beside-{atOnce}.db"), Measuring / 2);
            var (finished, used) = await FinishedActions.PerSecondAsync([service.Http], servers[..atOnce], Measuring, () => service.Used);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {atOnce} | {finished:N0}/s | {plain:N0}/s | {finished / plain:F2} | {used[0]:F2} ms |"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| resident memory | {service.Memory} MiB | | | |"));
    }
}
