using System.Diagnostics;
using System.Globalization;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>
/// A process with the account and groups of a machine's QEMU, which can do what a compromised QEMU could.
/// </summary>
internal sealed class Intruder
{
    private readonly string user;
    private readonly string group;
    private readonly string groups;

    public Intruder(int qemu)
    {
        user = Status("Uid")[0];
        group = Status("Gid")[0];
        groups = string.Join(',', Status("Groups"));

        string[] Status(string key) => File.ReadLines($"/proc/{qemu}/status")
            .First(line => line.StartsWith(key + ":", StringComparison.Ordinal))[(key.Length + 1)..]
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    public int User => int.Parse(user, CultureInfo.InvariantCulture);

    public Task<bool> ReadsAsync(string file) => RunsAsync("exec <\"$0\"", file);

    public Task<bool> WritesAsync(string file) => RunsAsync("exec >>\"$0\"", file);

    /// <summary>Whether it can read or write the file or, if that is a socket, connect to it.</summary>
    public async Task<bool> OpensAsync(string file)
        => await ReadsAsync(file) || await WritesAsync(file)
            || await RunsAsync("test -r \"$0\" || test -w \"$0\" || test -x \"$0\"", file);

    public Task<bool> SignalsAsync(int process)
        => RunsAsync("kill -0 \"$0\"", process.ToString(CultureInfo.InvariantCulture));

    private async Task<bool> RunsAsync(string script, string argument)
    {
        var start = new ProcessStartInfo(
            "setpriv",
            [
                $"--reuid={user}", $"--regid={group}", $"--groups={groups}", "--inh-caps=-all",
                "sh", "-c", script, argument,
            ])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
