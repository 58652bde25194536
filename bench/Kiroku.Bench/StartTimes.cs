using System.Diagnostics;
using System.Globalization;

namespace Kiroku.Bench;

/// <summary>
/// Measures what a start takes, from the process to its first answer, in a new data folder and in one with a history,
/// beside bare Kestrel; and how much memory the service and bare Kestrel then have.
/// </summary>
internal static class StartTimes
{
    private const int Rounds = 7;

    /// <summary>The runtime's settings of the product, so that bare Kestrel differs in the program alone.</summary>
    private static readonly (string, string)[] SameRuntime =
        [("DOTNET_gcServer", "0"), ("DOTNET_gcConcurrent", "0"), ("DOTNET_TieredPGO", "0")];

    public static async Task<int> RunAsync(string product, string bench, string image)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        try
        {
            var answer = Path.Combine(folder, "answer");
            await File.WriteAllTextAsync(answer, "{}");
            string[] bare = [bench, "bare", answer];
            Console.WriteLine("| | bare Kestrel | Kiroku | of bare |");
            Console.WriteLine("|---|---|---|---|");
            await RestingMemory.RunAsync(product, image, Path.Combine(folder, "old"), bare, SameRuntime);
            await RunAsync(product, folder, bare);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string product, string folder, string[] bare)
    {
        List<Start> plain = [], first = [], again = [];
        for (var round = -1; round < Rounds; round++)
        {
            var (p, f, a) = (await MeasureAsync(bare, SameRuntime),
                await MeasureAsync(Serve(product, Path.Combine(folder, $"new{round}")), []),
                await MeasureAsync(Serve(product, Path.Combine(folder, "old")), []));
            // The first round is not counted: it brings the files into memory.
            if (round < 0)
                continue;
            plain.Add(p);
            first.Add(f);
            again.Add(a);
        }
        Print("first answer, new folder", plain, first, start => start.Wall);
        Print("first answer, folder with a history", plain, again, start => start.Wall);
        Print("processor time until then, new folder", plain, first, start => start.Used);
        Print("processor time until then, folder with a history", plain, again, start => start.Used);
    }

    private static string[] Serve(string product, string data)
        => [product, "serve", "--data", data, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default"];

    private static async Task<Start> MeasureAsync(string[] arguments, (string, string)[] environment)
    {
        var clock = Stopwatch.StartNew();
        await using var process = await ServedProcess.StartAsync("dotnet", arguments, environment);
        using var http = new HttpClient { BaseAddress = process.Address };
        await http.GetByteArrayAsync("/");
        return new Start(clock.Elapsed.TotalMilliseconds, process.Used.TotalMilliseconds);
    }

    /// <summary>Medians, and the median of the ratios of each round.</summary>
    private static void Print(string what, List<Start> plain, List<Start> measured, Func<Start, double> value)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {Median.Of(plain.Select(value)):F0} ms | {Median.Of(measured.Select(value)):F0} ms "
            + $"| {Median.Of(measured.Zip(plain, (one, other) => value(one) / value(other))):F1} |"));

    /// <summary>What one start took, in milliseconds.</summary>
    private sealed record Start(double Wall, double Used);
}
