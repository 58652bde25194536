using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiroku.Storage;

namespace Kiroku.Bench;

/// <summary>
/// Measures how long a disk of 1 GiB with 100 MiB of data takes from one host's private libvirtd to another's, by
/// resizing a stopped server back and forth. For comparison also measures <c>cp --sparse=always</c> of the same file.
/// </summary>
internal static partial class MoveTimes
{
    private const int Rounds = 5;
    private const int FilledMiB = 100;
    private const long MiB = 1024 * 1024;
    private static readonly string[] Names = ["a", "b"];

    public static async Task<int> RunAsync(string product)
    {
        // Not a private temporary folder, because the machines' account must pass through it.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"kb{Guid.NewGuid().ToString("N")[..6]}")).FullName;
        try
        {
            await using var postgres = await OwnPostgres.StartAsync();
            await using var nodes = new Nodes(
                product, folder, await postgres.AddDatabaseAsync("moves"), [], ("Scheduling__AllowResizeToSameHost", "false"), ("Servers__ShutdownTimeout", "00:00:01"));
            var image = await FillAsync(folder);
            foreach (var name in Names)
                await nodes.StartAsync(name, name == Names[0] ? [("GUEST_IMAGE", image)] : []);
            await RunAsync(nodes);
            return 0;
        }
        finally
        {
            foreach (var name in Names.Where(name => Directory.Exists(Path.Combine(folder, name))))
                await Command.RunAsync("dotnet", product, "down", Path.Combine(folder, name));
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(Nodes nodes)
    {
        var http = nodes.Http[0];
        var server = await FinishedActions.CreateAsync(http, await FinishedActions.ImageAsync(http));
        await FinishedActions.ActAsync(http, server, "os-stop");
        Console.WriteLine("| move | the action | of it making the copy and sending it | sent between the nodes | file at its destination | cp | cp and sync | move : cp and sync |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        for (var round = 1; round <= Rounds; round++)
        {
            var before = await SentAsync(nodes);
            var record = await ResizeAsync(http, server);
            var sent = await SentAsync(nodes) - before;
            var host = (await nodes.ListAsync<string>("SELECT host FROM servers")).Single();
            var moved = record["events"]!.AsArray().Single(item => (string)item!["event"]! == "compute_resize_instance")!;
            var (all, move) = (Seconds(record, "start_time", "updated_at"), Seconds(moved, "start_time", "finish_time"));
            var file = Directory.EnumerateFiles(Path.Combine(nodes.FolderOf(host), "volumes"), $"disk-{server}-*").Single();
            var disk = await AllocatedAsync(file);
            var (copied, synced) = await CopyAsync(file);
            Console.WriteLine(FormattableString.Invariant(
                $"| {round} | {all:F2} s | {move:F2} s | {sent / MiB} MiB | {disk / MiB} MiB of {new FileInfo(file).Length / MiB} | {copied:F2} s | {synced:F2} s | {move / synced:F1} |"));
            await DoAsync(http, server, """{"revertResize":null}""", "SHUTOFF");
        }
    }

    /// <summary>Resizes to a flavor with a disk of the same size.</summary>
    private static async Task<JsonNode> ResizeAsync(HttpClient http, string server)
    {
        var request = await DoAsync(http, server, """{"resize":{"flavorRef":"1"}}""", "VERIFY_RESIZE");
        return JsonNode.Parse(await http.GetStringAsync($"/v2.1/servers/{server}/os-instance-actions/{request}"))!["instanceAction"]!;
    }

    private static async Task<string> DoAsync(HttpClient http, string server, string body, string endsAs)
    {
        using var answer = await http.PostAsync($"/v2.1/servers/{server}/action", FinishedActions.Json(body));
        answer.EnsureSuccessStatusCode();
        while (await FinishedActions.StatusAsync(http, server, "OS-EXT-STS:task_state") is not null)
            await Task.Delay(20);
        return await FinishedActions.StatusAsync(http, server) is var status && status == endsAs
            ? answer.Headers.GetValues("x-compute-request-id").Single()
            : throw new InvalidOperationException($"{body} ended as {status}.");
    }

    /// <summary>Makes a qcow2 file of incompressible data, in pieces of 1 MiB spread over the whole disk.</summary>
    private static async Task<string> FillAsync(string folder)
    {
        var (raw, image) = (Path.Combine(folder, "filled.raw"), Path.Combine(folder, "filled.qcow2"));
        await using (var disk = File.Create(raw))
        {
            disk.SetLength(1024 * MiB);
            var (random, piece) = (new Random(1), new byte[MiB]);
            for (var i = 0; i < FilledMiB; i++)
            {
                random.NextBytes(piece);
                disk.Position = i * 10L * MiB;
                await disk.WriteAsync(piece);
            }
        }
        await Command.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, image);
        return image;
    }

    private static async Task<(double Copied, double Synced)> CopyAsync(string file)
    {
        var copy = $"{file}.copy";
        var clock = Stopwatch.StartNew();
        await Command.RunAsync("cp", "--sparse=always", file, copy);
        var copied = clock.Elapsed.TotalSeconds;
        await Command.RunAsync("sync", copy);
        var synced = clock.Elapsed.TotalSeconds;
        File.Delete(copy);
        return (copied, synced);
    }

    /// <summary>The bytes that the nodes have sent by TCP according to the kernel: to each other, and in answers to
    /// us.</summary>
    private static async Task<long> SentAsync(Nodes nodes)
    {
        var own = nodes.Running.Values.Select(node => $"pid={node.ProcessId},").ToList();
        var lines = (await Command.RunAsync("ss", "-tinpHO")).Split('\n').Where(line => own.Exists(line.Contains));
        return lines.Sum(line => Sent().Match(line) is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0);
    }

    private static async Task<long> AllocatedAsync(string file)
        => long.Parse(await Command.RunAsync("stat", "-c", "%b", file), CultureInfo.InvariantCulture) * 512;

    private static double Seconds(JsonNode of, string from, string to)
        => (Timestamps.Parse((string)of[to]!) - Timestamps.Parse((string)of[from]!)).TotalSeconds;

    [GeneratedRegex(@" bytes_sent:(\d+)")]
    private static partial Regex Sent();
}
