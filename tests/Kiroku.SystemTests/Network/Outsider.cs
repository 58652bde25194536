using System.Diagnostics;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Network;

/// <summary>Another machine, as far as guests can tell: a network namespace with a cable to their bridge.</summary>
internal sealed class Outsider : IAsyncDisposable
{
    public const string Address = "10.79.0.200";

    private readonly Process process;

    private Outsider(Process process) => this.process = process;

    public static async Task<Outsider> ConnectAsync(NetworkedLibvirtd daemon)
    {
        var process = Process.Start("nsenter", [.. In(daemon.Inside), "unshare", "--net", "sleep", "infinity"]);
        var own = process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var former = NamespaceOf("self");
        await Poll.UntilAsync("a namespace beside the daemon's", () => Task.FromResult(
            NamespaceOf(own) is { } now && now != former && now != NamespaceOf(daemon.Inside)));
        string[][] commands =
        [
            [.. In(daemon.Inside), "ip", "link", "add", "out0", "type", "veth", "peer", "name", "out1", "netns", own],
            [.. In(daemon.Inside), "ip", "link", "set", "out0", "master", NetworkedLibvirtd.Walled, "up"],
            [.. In(own), "ip", "address", "add", $"{Address}/24", "dev", "out1"],
            [.. In(own), "ip", "link", "set", "out1", "up"],
        ];
        foreach (var command in commands)
            Assert.Equal(0, (await RunAsync(command)).Status);
        return new Outsider(process);
    }

    /// <summary>
    /// Whether a connection to a guest's port comes through, where nothing listens: its refusal does, too, or nothing.
    /// </summary>
    public async Task<bool> ReachesAsync(string address, int port)
    {
        var own = process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var (_, output) = await RunAsync(
            [.. In(own), "timeout", "2", "bash", "-c", $"echo >/dev/tcp/{address}/{port}"]);
        return output.Contains("Connection refused", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static string[] In(string process) => ["--target", process, "--net"];

    private static string? NamespaceOf(string process)
        => new FileInfo($"/proc/{process}/ns/net").LinkTarget;

    private static async Task<(int Status, string Output)> RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("nsenter", arguments) { RedirectStandardError = true })!;
        var output = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
