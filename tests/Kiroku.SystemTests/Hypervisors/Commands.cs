using System.Diagnostics;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>Runs a command to its end and returns what it printed.</summary>
internal static class Commands
{
    public static async Task<string> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}: {process.ExitCode}");
        return output;
    }

    public static Task SignalAsync(string signal, int process)
        => RunAsync("kill", $"-{signal}", process.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
