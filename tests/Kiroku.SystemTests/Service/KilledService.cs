using System.Text;

namespace Kiroku.SystemTests.Service;

/// <summary>
/// A service on libvirt's mock that is killed again and again, and its callers, who wait for the next start and
/// repeat their requests.
/// </summary>
internal sealed class KilledService(string folder, string? database = null) : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Hypervisors__Uri"] = "test:///default",
        ["Scheduling__CpuAllocationRatio"] = "1000",
        ["Scheduling__RamAllocationRatio"] = "1000",
        ["Scheduling__DiskAllocationRatio"] = "100000",
        ["Logging__LogLevel__Default"] = "Error",
        ["Webhooks__AllowedNetworks"] = "127.0.0.0/8",
    };

    private readonly StringBuilder output = new();
    private volatile TaskCompletionSource<Cloud> current = New();
    private ServiceProcess? process;
    private int broken;

    /// <summary>The number of requests that got no answer because the service was killed.</summary>
    public int Broken => broken;

    /// <summary>The service that runs, or the next one.</summary>
    public Task<Cloud> Running => current.Task;

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    public async Task StartAsync()
    {
        process = await ServiceProcess.StartAsync(
            folder, database is null ? Settings : Settings.Append(new("Storage__Database", database)), output);
        current.SetResult(await Cloud.SignInAsync(process.Address, Path.Combine(folder, "clouds.yaml"), "demo"));
    }

    public async Task KillAndStartAsync()
    {
        current = New();
        await process!.DisposeAsync();
        await StartAsync();
    }

    /// <summary>Repeats a request until it is answered.</summary>
    public async Task<Answer> AskAsync(Func<Cloud, Task<Answer>> ask)
    {
        while (true)
        {
            var asked = current;
            try
            {
                return await ask(await asked.Task);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                Interlocked.Increment(ref broken);
                // The service was killed, or is about to be and the killer has not said so yet.
                await Poll.UntilAsync(
                    "another service", () => Task.FromResult(asked != current || process is { HasEnded: false }));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null) await process.DisposeAsync();
    }

    private static TaskCompletionSource<Cloud> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
