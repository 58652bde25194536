using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Kiroku.Bench;

/// <summary>Hashes of the answers to shows and lists of a <see cref="FilledStore"/>, to compare later ones with.</summary>
internal sealed class KnownAnswers(int actions)
{
    private const int Most = 1_000_000;
    private const int AtOnce = 200;
    private const int Together = 8;
    private readonly Dictionary<string, string> known = [];
    private string[] paths = [];
    private readonly ConcurrentBag<double> milliseconds = [];
    private readonly Random random = new(2);
    private int different;

    public int Compared => milliseconds.Count;

    public int Different => different;

    public double Middle => Median.Of(milliseconds);

    public double Slowest => milliseconds.Max();

    /// <summary>Asks for every action, or for some of many, and for the lists in which they are.</summary>
    public async Task LearnAsync(HttpClient http)
    {
        // At random, because the actions' shapes repeat.
        var numbers = actions <= Most ? Enumerable.Range(0, actions) : Enumerable.Range(0, Most).Select(_ => random.Next(actions));
        paths = [.. numbers.SelectMany(number => new[] { List(number), Show(number) }).Distinct()];
        foreach (var some in paths.Chunk(10_000))
            foreach (var (path, hash) in some.Zip(await AskAsync(http, some)))
                known[path] = hash.StartsWith("200 ", StringComparison.Ordinal) ? hash : throw new InvalidOperationException($"{path}: {hash}");
        milliseconds.Clear();
    }

    public Task CompareSomeAsync(HttpClient http) => CompareAsync(http, random.GetItems(paths, AtOnce));

    public async Task CompareAllAsync(HttpClient http)
    {
        foreach (var some in paths.Chunk(10_000))
            await CompareAsync(http, some);
    }

    private async Task CompareAsync(HttpClient http, string[] paths)
    {
        foreach (var (path, hash) in paths.Zip(await AskAsync(http, paths)))
        {
            if (known[path] == hash)
                continue;
            different++;
            Console.Error.WriteLine($"different: {path}");
        }
    }

    private async Task<string[]> AskAsync(HttpClient http, string[] paths)
    {
        var hashes = new string[paths.Length];
        await Parallel.ForAsync(0, paths.Length, new ParallelOptions { MaxDegreeOfParallelism = Together },
            async (index, token) => hashes[index] = await AskAsync(http, paths[index], token));
        return hashes;
    }

    private async Task<string> AskAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "OpenStack-API-Version", "compute 2.84" } } };
        var began = Stopwatch.GetTimestamp();
        using var answer = await http.SendAsync(request, cancellationToken);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return $"{(int)answer.StatusCode} {Convert.ToHexString(SHA256.HashData(body))}";
    }

    private static string List(int number)
        => $"/v2.1/servers/{FilledStore.Server(number / FilledStore.ActionsPerServer)}/os-instance-actions";

    private static string Show(int number) => $"{List(number)}/{FilledStore.Request(number)}";
}
