using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Cluster;

/// <summary>
/// Three processes on one database, each with libvirt's mock, and clients that use whichever of them is up.
/// </summary>
internal sealed class ThreeNodes(string folder, string database) : IAsyncDisposable
{
    public static readonly string[] Names = ["a", "b", "c"];

    private static readonly KeyValuePair<string, string>[] Settings =
    [
        new("Hypervisors__Uri", "test:///default"),
        new("Scheduling__CpuAllocationRatio", "1000"),
        new("Scheduling__RamAllocationRatio", "1000"),
        new("Scheduling__DiskAllocationRatio", "100000"),
        new("Logging__LogLevel__Default", "Warning"),
        new("Webhooks__AllowedNetworks", "127.0.0.0/8"),
    ];

    private readonly StringBuilder output = new();
    private readonly ConcurrentDictionary<string, ServiceProcess> processes = new();
    private readonly ConcurrentDictionary<string, Cloud> clouds = new();
    private readonly ConcurrentDictionary<string, int> answers = new();
    private Cloud? first;

    /// <summary>Answers that nobody should get, with their requests.</summary>
    public ConcurrentBag<string> Wrong { get; } = [];

    /// <summary>How long each start took until it listened, in seconds.</summary>
    public ConcurrentBag<double> Starts { get; } = [];

    /// <summary>How often each node answered or did not.</summary>
    public string Answers
        => string.Join(", ",
            answers.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}"));

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    /// <summary>The nodes that are up.</summary>
    public IReadOnlyList<string> Up => [.. Names.Where(name => clouds.ContainsKey(name) && !processes[name].HasEnded)];

    /// <summary>Starts a node on its folder. The first one creates the users.</summary>
    public async Task StartAsync(string name)
    {
        var data = Path.Combine(folder, name);
        var began = Stopwatch.GetTimestamp();
        var process = await ServiceProcess.StartAsync(
            data, Settings.Append(new("Storage__Database", database)), output, "--host", name);
        Starts.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        processes[name] = process;
        first ??= await Cloud.SignInAsync(process.Address, Path.Combine(data, "clouds.yaml"), "demo");
        clouds[name] = first.At(process.Address);
    }

    /// <summary>Stops sending requests to a node.</summary>
    public ServiceProcess TakeOut(string name)
    {
        clouds.TryRemove(name, out _);
        return processes[name];
    }

    /// <summary>Sends a request to a node that is up, and to another if that one does not answer.</summary>
    public async Task<Answer> AskAsync(
        Random random, HttpMethod method, string path, string? body = null, string? version = null, string? key = null)
    {
        while (true)
        {
            var cloud = await AnyAsync(random);
            try
            {
                using var content = body is null
                    ? null : new StringContent(body, new MediaTypeHeaderValue("application/json"));
                var answer = await cloud.SendAsync(method, path, content, version, key);
                Note(answer, $"{method} {path} {body}");
                return answer;
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Count("too late");
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                Count("broken off");
            }
        }
    }

    /// <summary>A node that is up, or the next one that is.</summary>
    public Task<Cloud> AnyAsync(Random random)
        => Poll.ForAsync("a node that is up", () => Task.FromResult(Any(random)), TimeSpan.FromMinutes(2));

    public async Task<string> AddImageAsync() => await first!.AddImageAsync("disk", "raw", new byte[1024 * 1024]);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Values)
            await process.DisposeAsync();
    }

    private Cloud? Any(Random random)
        => Up is { Count: > 0 } up ? clouds.GetValueOrDefault(up[random.Next(up.Count)]) : null;

    private void Note(Answer answer, string asked)
    {
        var comforted = answer.Status == 503 && answer.Headers.RetryAfter is not null;
        Count(comforted ? "503 with Retry-After" : $"{answer.Status}");
        if (!comforted && answer.Status is not (>= 200 and < 300 or 400 or 403 or 404 or 409))
            Wrong.Add($"{asked}: {answer.Status} {answer.RequestId} {answer.Text}");
    }

    private void Count(string what) => answers.AddOrUpdate(what, 1, (_, count) => count + 1);
}
