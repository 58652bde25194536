using System.Diagnostics;
using Kiroku.CommandLine;

namespace Kiroku.SystemTests.CommandLine;

/// <summary>The product in its own process, which the test ends by its id.</summary>
internal sealed class KirokuProcess : IAsyncDisposable
{
    private static readonly string Program = typeof(DataFolder).Assembly.Location;

    private readonly Process process;
    private readonly Lazy<Task<string>> errors;

    public KirokuProcess(string[] arguments, params (string Name, string? Value)[] environment)
        : this(new ProcessStartInfo("dotnet", [Program, .. arguments]), environment)
    {
    }

    private KirokuProcess(ProcessStartInfo start, (string Name, string? Value)[] environment)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = Process.Start(start)!;
        errors = new Lazy<Task<string>>(() => process.StandardError.ReadToEndAsync());
    }

    /// <summary>No test takes as long. A hanging one must fail and say where.</summary>
    private readonly CancellationTokenSource patience = new(TimeSpan.FromMinutes(5));

    private CancellationToken Token => patience.Token;

    public int Id => process.Id;

    /// <summary>The product on a terminal of so many columns.</summary>
    public static KirokuProcess OnTerminal(
        int columns, string arguments, params (string Name, string? Value)[] environment)
        => new(new ProcessStartInfo("script",
            ["-qec", $"stty cols {columns}; exec dotnet '{Program}' {arguments}", "/dev/null"]), environment);

    /// <summary>Runs the product until it ends.</summary>
    public static async Task<Ended> RunAsync(string[] arguments, params (string Name, string? Value)[] environment)
    {
        await using var kiroku = new KirokuProcess(arguments, environment);
        return await kiroku.EndAsync();
    }

    public async Task ReadErrorUntilAsync(string part)
    {
        while (await process.StandardError.ReadLineAsync(Token) is { } line)
        {
            if (line.Contains(part, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"It ended without '{part}'.");
    }

    public async Task<string> ReadLineUntilAsync(string beginning)
    {
        _ = errors.Value;
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }
        throw new InvalidOperationException($"It ended without '{beginning}': {await errors.Value}");
    }

    /// <summary>Types Ctrl+C on the terminal.</summary>
    public async Task InterruptAsync()
    {
        await process.StandardInput.WriteAsync('\u0003');
        await process.StandardInput.FlushAsync();
    }

    public void CloseInput() => process.StandardInput.Close();

    public async Task<Ended> EndAsync()
    {
        // Reads both pipes at once, because an unread pipe fills up.
        _ = errors.Value;
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return new Ended(process.ExitCode, output, await errors.Value);
    }

    public Task SignalAsync(string signal) => Hypervisors.Commands.SignalAsync(signal, process.Id);

    public async ValueTask DisposeAsync()
    {
        if (RunningProcess.Find(process.Id) is { } running)
            await running.EndAsync(TimeSpan.FromSeconds(60), TimeProvider.System, CancellationToken.None);
        process.Dispose();
        patience.Dispose();
    }
}

/// <summary>How a process ended, and its output.</summary>
internal sealed record Ended(int ExitCode, string Output, string Errors);
