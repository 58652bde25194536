using System.Diagnostics;

namespace Kiroku.Bench;

/// <summary>Runs a program until it ends.</summary>
internal static class Command
{
    /// <summary>Returns the program's output.</summary>
    /// <exception cref="InvalidOperationException">The exit code was not 0.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        // PostgreSQL's programs run under an account that may not have access to the current folder.
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await complaints}{output}");
    }
}
