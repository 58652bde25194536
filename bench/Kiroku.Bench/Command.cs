using System.Diagnostics;

namespace Kiroku.Bench;

/// <summary>A program that does one thing and ends.</summary>
internal static class Command
{
    /// <summary>What it says.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        // PostgreSQL's programs run as an account that may not be let into where we are.
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await complaints}{output}");
    }
}
