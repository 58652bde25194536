using System.Globalization;

namespace Kiroku.Bench;

/// <summary>
/// Measures how fast two services answer, one with a short history and one with a long one, compared with bare Kestrel
/// sending the same bytes. They take turns, so that a slow moment of the machine affects all of them.
/// </summary>
internal sealed class RatesBeside : IAsyncDisposable
{
    private const int Rounds = 3;
    private const int Seconds = 3;
    private static readonly int[] Connections = [16, 1];

    private readonly Place place;
    private readonly FilledService few;
    private readonly FilledService many;

    private RatesBeside(Place place, FilledService few, FilledService many) => (this.place, this.few, this.many) = (place, few, many);

    public static async Task<RatesBeside> StartAsync(Place place, (string Data, int Actions) few, (string Data, int Actions) many, params (string, string)[] settings)
    {
        var small = await FilledService.StartAsync(place, few, settings);
        return new RatesBeside(place, small, await FilledService.StartAsync(place, many, settings));
    }

    public static void PrintHeader(int few, int many)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| call | connections | bare Kestrel | {few:N0} actions | of bare | processor time | {many:N0} actions | of bare | processor time | many : few |"));
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
    }

    /// <summary>Measures a call and prints its lines.</summary>
    /// <param name="call">Its name in the table, and in the names of files.</param>
    /// <param name="paths">The paths to request, for a number of actions. Bare Kestrel answers what the first one of
    /// the few is answered.</param>
    public async Task MeasureAsync(string call, Func<int, IReadOnlyList<string>> paths)
    {
        var body = Path.Combine(place.Folder, "body");
        await File.WriteAllBytesAsync(body, await few.Service.Http.GetByteArrayAsync(paths(few.Actions)[0]));
        await using var bare = await ServedProcess.StartAsync("dotnet", [place.Bench, "bare", body], []);
        var (ofFew, ofMany) = (Path.Combine(place.Folder, $"{call}-{few.Actions}"), Path.Combine(place.Folder, $"{call}-{many.Actions}"));
        await File.WriteAllLinesAsync(ofFew, paths(few.Actions));
        await File.WriteAllLinesAsync(ofMany, paths(many.Actions));
        foreach (var connections in Connections)
        {
            List<Rate> plain = [], small = [], large = [];
            for (var round = -1; round < Rounds; round++)
            {
                // The first round is not counted; it warms up.
                var (p, f, m) = (await LoadAsync(bare.Address, () => bare.Used, ofFew, connections),
                    await LoadAsync(few.Address, () => few.Service.Used, ofFew, connections),
                    await LoadAsync(many.Address, () => many.Service.Used, ofMany, connections));
                if (round < 0)
                    continue;
                plain.Add(p);
                small.Add(f);
                large.Add(m);
            }
            Print(call, connections, plain, small, large);
        }

        async Task<Rate> LoadAsync(Uri address, Func<TimeSpan> used, string file, int connections)
        {
            var before = used();
            var token = address == many.Address ? many.Service.Token : few.Service.Token;
            var rate = await Load.RunAsync(address, token, file, connections, Seconds);
            return rate with { ProcessorMicroseconds = (used() - before).TotalMicroseconds / rate.Requests };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await few.Service.DisposeAsync();
        await many.Service.DisposeAsync();
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

    private sealed record FilledService(Service Service, int Actions)
    {
        public Uri Address => Service.Http.BaseAddress!;

        public static async Task<FilledService> StartAsync(Place place, (string Data, int Actions) store, (string, string)[] settings)
            => new(await Service.StartAsync(place.Product, store.Data, settings), store.Actions);
    }
}

/// <summary>The programs, and the folder for their files.</summary>
internal sealed record Place(string Product, string Bench, string Folder)
{
    /// <summary>A store with a number of actions.</summary>
    public async Task<(string Data, int Actions)> FillAsync(string name, int actions)
        => (await FilledStore.MakeAsync(Product, Folder, name, actions), actions);

    /// <summary>Runs something in a folder that is there only meanwhile.</summary>
    public static async Task<int> WithAsync(string product, string bench, Func<Place, Task> run)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            await run(new Place(product, bench, folder));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
