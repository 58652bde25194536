using System.Diagnostics;

namespace Kiroku.Bench;

/// <summary>
/// Measures what many streams take: memory of each one that is idle, and processor time while a hundred actions a second
/// end, beside the same load without streams and beside bare Kestrel sending as many connections the same bytes.
/// </summary>
internal static class StreamLoad
{
    private const int ActionsPerSecond = 100;
    private const int FlushesPerSecond = 100;
    private const int WarmingSeconds = 10;
    private const string Ends = "/actions/v1/stream?filter=done%20%3D%20true";
    private const string Changes = "/actions/v1/stream";
    private static readonly TimeSpan Restful = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Task<int> RunAsync(string product, string bench, string image, int count, int seconds)
        => Place.WithAsync(product, bench, place => RunAsync(place, image, count, seconds));

    private static async Task RunAsync(Place place, string image, int count, int seconds)
    {
        await using var service = await Service.StartAsync(
            place.Product, place.Folder, ("GUEST_IMAGE", image), ("Streams__Most", "100000"), ("Streams__MostOfUser", "100000"));
        var servers = await MakeServersAsync(service.Http);
        await MeasureMemoryAsync(service, count);
        Print($"");
        Print($"| {ActionsPerSecond} actions a second | processors | lines a second | MB a second | accepted, refused | ends not told | told twice | all told after |");
        Print($"|---|---|---|---|---|---|---|---|");
        var changes = new Told(0, 0);
        foreach (var (name, path, streams) in new[] { ("no stream", Ends, 0), ($"{count:N0} streams of ends", Ends, count), ($"{count:N0} streams of all changes", Changes, count) })
            changes = await MeasureAsync(service, servers, (name, path, streams), seconds);
        await MeasureBareAsync(place, changes, count, seconds);
    }

    private static async Task MeasureMemoryAsync(Service service, int count)
    {
        Print($"| idle streams | resident memory | of each further one |");
        Print($"|---|---|---|");
        // What the first streams take once is not counted.
        await using (await OpenAsync(service, Changes, 10))
            await RestAsync(service);
        await RestAsync(service);
        var before = service.MemoryKib;
        Print($"| none | {before / 1024.0:F1} MiB | |");
        await using var some = await OpenAsync(service, Changes, count);
        await RestAsync(service);
        var with = service.MemoryKib;
        Print($"| {count:N0} | {with / 1024.0:F1} MiB | {(double)(with - before) / count:F1} KiB |");
        await using var more = await OpenAsync(service, Changes, count);
        await RestAsync(service);
        Print($"| {2 * count:N0} | {service.MemoryKib / 1024.0:F1} MiB | {(double)(service.MemoryKib - with) / count:F1} KiB |");
    }

    private static async Task<Told> MeasureAsync(Service service, IReadOnlyList<PacedServer> servers, (string Name, string Path, int Count) followed, int seconds)
    {
        // Not counted; it warms up.
        await PacedActions.RunAsync(service.Http, servers, Math.Min(seconds, WarmingSeconds));
        await RestAsync(service);
        await using var streams = await OpenAsync(service, followed.Path, followed.Count);
        var (used, clock) = (service.Used, Stopwatch.StartNew());
        var (accepted, refused) = await PacedActions.RunAsync(service.Http, servers, seconds);
        var took = clock.Elapsed;
        int missing;
        while ((missing = streams.Streams.Sum(stream => stream.CountMissing(accepted))) > 0 && clock.Elapsed < took + Patience)
            await Task.Delay(20);
        var (processors, late) = ((service.Used - used) / clock.Elapsed, clock.Elapsed - took);
        var told = new Told(streams.Lines / clock.Elapsed.TotalSeconds, streams.Bytes / clock.Elapsed.TotalSeconds);
        var twice = streams.Streams.Sum(stream => stream.Twice);
        Print($"| {followed.Name} | {processors:F2} | {told.Lines:N0} | {told.Bytes / 1e6:F1} | {accepted.Count:N0}, {refused} | {missing} | {twice} | {late.TotalSeconds:F1} s |");
        return told;
    }

    private static async Task MeasureBareAsync(Place place, Told told, int count, int seconds)
    {
        var size = (int)(told.Bytes / count / FlushesPerSecond);
        await using var bare = await ServedProcess.StartAsync("dotnet", [place.Bench, "bare-streams", $"{size}", $"{FlushesPerSecond}"], []);
        await using var streams = await FollowedStreams.OpenAsync(bare.Address, "", "/", count);
        var (used, bytes, clock) = (bare.Used, streams.Bytes, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var (processors, sent) = ((bare.Used - used) / clock.Elapsed, (streams.Bytes - bytes) / clock.Elapsed.TotalSeconds);
        Print($"| bare Kestrel, {count:N0} connections | {processors:F2} | | {sent / 1e6:F1} | | | | |");
    }

    private static Task<FollowedStreams> OpenAsync(Service service, string path, int count)
        => FollowedStreams.OpenAsync(service.Http.BaseAddress!, service.Token, path, count);

    private static async Task<IReadOnlyList<PacedServer>> MakeServersAsync(HttpClient http)
    {
        var image = await FinishedActions.ImageAsync(http);
        var servers = new List<PacedServer>();
        while (servers.Count < ActionsPerSecond)
            servers.Add(new PacedServer(await FinishedActions.CreateAsync(http, image)));
        return servers;
    }

    private static async Task RestAsync(Service service)
    {
        TimeSpan before;
        do
        {
            before = service.Used;
            await Task.Delay(Restful);
        }
        while (service.Used - before > Restful * 0.05);
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    /// <summary>What all streams together were told in a second.</summary>
    private sealed record Told(double Lines, double Bytes);
}
