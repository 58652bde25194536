using System.Globalization;
using System.Text;

namespace Kiroku.Bench;

/// <summary>
/// Measures how fast the two calls that read the record answer, with a short history and a long one, compared with
/// bare Kestrel sending the same bytes. They take turns, so that a slow moment of the machine affects all of them.
/// </summary>
internal static class ReadRates
{
    private const int Rounds = 3;
    private const int Seconds = 3;

    public static async Task<int> RunAsync(string product, string bench, int few, int many)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            await RunAsync(new Place(product, bench, folder), few, many);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(Place place, int few, int many)
    {
        var (small, large) = (await FillAsync(place, "few", few), await FillAsync(place, "many", many));
        Console.WriteLine($"| call | connections | bare Kestrel | {Count(few)} actions | of bare | processor time | {Count(many)} actions | of bare | processor time | many : few |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var hot in new[] { true, false })
        {
            // Cold: each answer is read from the store, because nothing is kept in memory.
            (string, string)[] settings = hot ? [] : [("Actions__KeptInMemory", "0")];
            await using var services = await Pair.StartAsync(place, small, large, settings);
            foreach (var call in new[] { "show", "list" })
                await MeasureAsync(place, services, call, hot);
        }
    }

    private static async Task MeasureAsync(Place place, Pair services, string call, bool hot)
    {
        var body = Path.Combine(place.Folder, "body");
        await File.WriteAllBytesAsync(body, await services.Few.Service.Http.GetByteArrayAsync(Address(call, 0)));
        await using var bare = await ServedProcess.StartAsync("dotnet", [place.Bench, "bare", body], []);
        foreach (var connections in new[] { 16, 1 })
        {
            List<Rate> plain = [], few = [], many = [];
            for (var round = -1; round < Rounds; round++)
            {
                // The first round is not counted; it warms up.
                var (p, f, m) = (await LoadAsync(place, bare.Address, () => bare.Used, services.Few, call, hot, connections),
                    await LoadAsync(place, services.Few, call, hot, connections),
                    await LoadAsync(place, services.Many, call, hot, connections));
                if (round < 0)
                    continue;
                plain.Add(p);
                few.Add(f);
                many.Add(m);
            }
            Print($"{call}, {(hot ? "hot" : "cold")}", connections, plain, few, many);
        }
    }

    private static void Print(string call, int connections, List<Rate> plain, List<Rate> few, List<Rate> many)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {call} | {connections} | {Middle(plain)} | {Middle(few)} | {Ratio(few, plain):F2} | {Dearer(few, plain):F2} | {Middle(many)} | {Ratio(many, plain):F2} | {Dearer(many, plain):F2} | {Slower(many, few):F2} |"));

    private static string Middle(List<Rate> rates)
        => string.Create(CultureInfo.InvariantCulture, $"{Median.Of(rates.Select(rate => rate.PerSecond)):N0}/s, {Median.Of(rates.Select(rate => rate.MedianMicroseconds)):N0} µs");

    /// <summary>The median ratio of two rates that were measured side by side in each round.</summary>
    private static double Ratio(List<Rate> rates, List<Rate> beside) => Median.Of(rates.Zip(beside, (rate, other) => rate.PerSecond / other.PerSecond));

    private static double Slower(List<Rate> rates, List<Rate> beside)
        => Median.Of(rates.Zip(beside, (rate, other) => rate.MedianMicroseconds / other.MedianMicroseconds));

    /// <summary>The median ratio of the processor time that a request takes.</summary>
    private static double Dearer(List<Rate> rates, List<Rate> beside)
        => Median.Of(rates.Zip(beside, (rate, other) => rate.ProcessorMicroseconds / other.ProcessorMicroseconds));

    private static Task<Rate> LoadAsync(Place place, Filled store, string call, bool hot, int connections)
        => LoadAsync(place, store.Service.Http.BaseAddress!, () => store.Service.Used, store, call, hot, connections);

    private static async Task<Rate> LoadAsync(Place place, Uri address, Func<TimeSpan> used, Filled store, string call, bool hot, int connections)
    {
        var paths = Path.Combine(place.Folder, $"{call}-{hot}-{store.Actions}");
        if (!File.Exists(paths))
            await File.WriteAllTextAsync(paths, Paths(call, hot, store.Actions));
        var before = used();
        var rate = await Load.RunAsync(address, store.Service.Token, paths, connections, Seconds);
        return rate with { ProcessorMicroseconds = (used() - before).TotalMicroseconds / rate.Requests };
    }

    /// <summary>The paths to request: always the same one, or up to 200,000 in random order.</summary>
    private static string Paths(string call, bool hot, int actions)
    {
        if (hot)
            return Address(call, 0) + "\n";
        var order = new Random(1);
        var text = new StringBuilder();
        for (var i = 0; i < Math.Min(actions, 200_000); i++)
            text.Append(Address(call, order.Next(actions))).Append('\n');
        return text.ToString();
    }

    private static string Address(string call, int action)
    {
        var server = FilledStore.Server(action / FilledStore.ActionsPerServer);
        return $"/v2.1/servers/{server}/os-instance-actions" + (call == "show" ? $"/{FilledStore.Request(action)}" : "");
    }

    private static async Task<(string Data, int Actions)> FillAsync(Place place, string name, int actions)
        => (await FilledStore.MakeAsync(place.Product, place.Folder, name, actions), actions);

    private static string Count(int actions) => actions.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The programs, and the folder for their files.</summary>
    private sealed record Place(string Product, string Bench, string Folder);

    private sealed record Filled(Service Service, int Actions);

    private sealed record Pair(Filled Few, Filled Many) : IAsyncDisposable
    {
        public static async Task<Pair> StartAsync(Place place, (string Data, int Actions) few, (string Data, int Actions) many, (string, string)[] settings)
            => new(
                new Filled(await Service.StartAsync(place.Product, few.Data, settings), few.Actions),
                new Filled(await Service.StartAsync(place.Product, many.Data, settings), many.Actions));

        public async ValueTask DisposeAsync()
        {
            await Few.Service.DisposeAsync();
            await Many.Service.DisposeAsync();
        }
    }
}
