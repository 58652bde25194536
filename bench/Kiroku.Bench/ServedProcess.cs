using System.Diagnostics;

namespace Kiroku.Bench;

/// <summary>A child process that prints the address on which it listens.</summary>
internal sealed class ServedProcess : IAsyncDisposable
{
    private const string Listening = "listening on ";
    private readonly Process process;

    private ServedProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    public Uri Address { get; }

    public int Id => process.Id;

    /// <summary>The processor time used so far.</summary>
    public TimeSpan Used
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in MiB.</summary>
    public long Memory => MemoryKib / 1024;

    /// <summary>The same in KiB.</summary>
    public long MemoryKib
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1024;
        }
    }

    public static async Task<ServedProcess> StartAsync(string program, string[] arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            // Null means the end of the output.
            if (line.Data is { } said)
                Console.Error.WriteLine(said);
        };
        process.BeginErrorReadLine();
        string? line;
        while ((line = await process.StandardOutput.ReadLineAsync()) is not null && !line.StartsWith(Listening, StringComparison.Ordinal))
        {
        }
        return line is null ? throw new InvalidOperationException($"{program} did not start.") : new ServedProcess(process, new Uri(line[Listening.Length..]));
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
