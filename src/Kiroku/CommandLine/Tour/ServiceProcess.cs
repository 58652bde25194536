using System.Diagnostics;

namespace Kiroku.CommandLine.Tour;

/// <summary>
/// A <c>kiroku serve</c> in its own process, so that its start time and memory are a service's and not the tour's. It
/// never outlives the tour, because it ends when its input pipe closes. The terminal's Ctrl+C does not reach it; the
/// tour handles that.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const int TailLines = 15;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly TimeProvider time;
    private readonly string folder;
    private readonly long began;
    private readonly Process process;
    private readonly RunningProcess? running;
    private readonly Queue<string> tail = new();
    private readonly StreamWriter log;
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task reading;

    private ServiceProcess(ProcessStartInfo start, string folder, TimeProvider time)
    {
        (this.time, this.folder) = (time, folder);
        began = time.GetTimestamp();
        log = new StreamWriter(Path.Combine(folder, "service.log")) { AutoFlush = true };
        process = Process.Start(start)!;
        running = RunningProcess.Find(process.Id);
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public Uri Address { get; private set; } = new("about:blank");

    /// <summary>The time from the start of the process to its first answer.</summary>
    public TimeSpan FirstAnswer { get; private set; }

    public Task Ended => process.WaitForExitAsync();

    /// <summary>The last lines of its log.</summary>
    public IReadOnlyList<string> Tail
    {
        get
        {
            lock (tail)
                return [.. tail];
        }
    }

    /// <summary>Starts a service. <see cref="WaitUntilItAnswersAsync"/> is to be called next.</summary>
    public static ServiceProcess Start(TourSettings settings, string folder, TimeProvider time)
    {
        List<string> arguments = [
            .. Self(), "serve", "--data", folder, "--listen", settings.Listen, "--end-with-input"];
        if (settings.Hypervisor is { } uri)
            arguments.AddRange(["--hypervisor", uri]);
        // setsid leaves the terminal's process group and then executes the command in its own process.
        var start = new ProcessStartInfo("setsid", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ServiceProcess(start, folder, time);
    }

    public async Task WaitUntilItAnswersAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(listening.Task, reading).WaitAsync(StartTimeout, time, cancellationToken);
        if (!listening.Task.IsCompletedSuccessfully)
            throw new TourException("expected the service to start, but it ended");
        Address = await listening.Task;
        using var http = new HttpClient(Trust.HandlerOf(folder));
        using var answer = await http.GetAsync(Address, cancellationToken);
        FirstAnswer = time.GetElapsedTime(began);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The process's resident memory, in KiB.</summary>
    public long ReadResidentMemory() => running!.ReadResidentMemory();

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
            await running.EndAsync(Grace, time, CancellationToken.None);
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        await log.DisposeAsync();
    }

    /// <summary>Our own command line: dotnet with our assembly, or our executable.</summary>
    private static IEnumerable<string> Self()
    {
        var program = Environment.ProcessPath!;
        return Path.GetFileName(program) == "dotnet" ? [program, typeof(ServiceProcess).Assembly.Location] : [program];
    }

    private async Task ReadAsync(StreamReader from)
    {
        const string Announcement = "listening on ";
        while (await from.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
                listening.TrySetResult(new Uri(line[Announcement.Length..]));
            lock (tail)
            {
                tail.Enqueue(line);
                if (tail.Count > TailLines)
                    tail.Dequeue();
                log.WriteLine(line);
            }
        }
    }
}
