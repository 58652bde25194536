using System.Diagnostics;
using System.Globalization;
using System.Text;
using Kiroku.SystemTests.Hypervisors;

namespace Kiroku.SystemTests.Service;

/// <summary>The built product as a child process that serves a data folder.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const string Announcement = "listening on ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly StringBuilder output;
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(ProcessStartInfo start, StringBuilder output)
    {
        this.output = output;
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Exited += (_, _) =>
        {
            Note($"ended with exit code {process.ExitCode}");
            listening.TrySetException(new InvalidOperationException("The service ended before it listened."));
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    public Task SignalAsync(string signal) => Commands.SignalAsync(signal, process.Id);

    /// <summary>The exit code of a service that ends by itself.</summary>
    public async Task<int> EndedAsync()
    {
        await process.WaitForExitAsync().WaitAsync(StartLimit);
        return process.ExitCode;
    }

    /// <summary>
    /// Starts the service and returns when it listens. Its output is added to <paramref name="output"/>.
    /// </summary>
    public static async Task<ServiceProcess> StartAsync(
        string data, IEnumerable<KeyValuePair<string, string>> settings, StringBuilder output, params string[] options)
    {
        var product = Path.Combine(AppContext.BaseDirectory, "Kiroku.dll");
        var start = new ProcessStartInfo(
            "dotnet", [product, "serve", "--data", data, "--listen", "http://127.0.0.1:0", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Quotas must not limit how many servers tests create.
        foreach (var quota in new[] { "Instances", "Cores", "Ram" }) start.Environment[$"KIROKU_Quotas__{quota}"] =
            "-1";
        // Nor may the rate limit restrict their requests.
        start.Environment["KIROKU_RateLimit__WritesPerMinute"] = "-1";
        start.Environment["KIROKU_RateLimit__ReadsPerMinute"] = "-1";
        foreach (var (name, value) in settings) start.Environment[$"KIROKU_{name}"] = value;
        var service = new ServiceProcess(start, output);
        service.Address = await service.listening.Task.WaitAsync(StartLimit);
        return service;
    }

    /// <summary>Tells the service to stop and returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await Commands.SignalAsync("TERM", process.Id);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(40));
        return process.ExitCode;
    }

    public async Task KillAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (output) output.Append(CultureInfo.InvariantCulture, $"[{process.Id}] {line}\n");
        if (line.StartsWith(Announcement, StringComparison.Ordinal)) listening.TrySetResult(
            new Uri(line[Announcement.Length..]));
    }
}
