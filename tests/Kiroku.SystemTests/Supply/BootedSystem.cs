using System.Diagnostics;
using System.Globalization;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Supply;

/// <summary>A systemd with the project's unit, in its own namespaces. All processes in them end with it.</summary>
internal sealed class BootedSystem : IAsyncDisposable
{
    private static readonly string Boot = Path.Combine(AppContext.BaseDirectory, "Supply", "boot-systemd");

    private readonly Process outside;
    private readonly List<string> enter;

    private BootedSystem(Process outside, int first)
    {
        this.outside = outside;
        enter = [
            "-t", first.ToString(CultureInfo.InvariantCulture), "--mount", "--pid", "--net", "--cgroup", "--uts", "--"];
    }

    public static void Require()
    {
        RealParts.RequireRoot();
        RealParts.Require("/lib/systemd/systemd", "/usr/bin/unshare", "/usr/bin/nsenter", "/usr/sbin/ip");
    }

    public static async Task<BootedSystem> StartAsync(string unit)
    {
        var start = new ProcessStartInfo("unshare",
            ["--mount", "--pid", "--fork", "--net", "--cgroup", "--uts", "--kill-child", Boot, unit, Repository.Folder,
                await DotnetAsync()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var outside = Process.Start(start)!;
        outside.OutputDataReceived += (_, _) => { };
        outside.BeginOutputReadLine();
        outside.BeginErrorReadLine();
        var first = await Poll.ForAsync("systemd to be the first process", () => Task.FromResult(FirstOf(outside.Id)));
        var system = new BootedSystem(outside, int.Parse(first, CultureInfo.InvariantCulture));
        await Poll.UntilAsync("systemd to answer",
            async () => (await system.TryAsync("systemctl", "is-active", "bare.target")).ExitCode == 0);
        return system;
    }

    public async Task<string> RunAsync(params string[] command)
    {
        var (exitCode, output) = await TryAsync(command);
        Assert.True(exitCode == 0, $"{string.Join(' ', command)}: {exitCode}: {output}{await JournalAsync()}");
        return output;
    }

    public async Task<(int ExitCode, string Output)> TryAsync(params string[] command)
    {
        var start = new ProcessStartInfo("nsenter", [.. enter, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    public async ValueTask DisposeAsync()
    {
        outside.Kill();
        await outside.WaitForExitAsync();
        outside.Dispose();
    }

    private async Task<string> JournalAsync()
        => (await TryAsync("systemctl", "status", "--no-pager", "--lines=40", "kiroku")).Output;

    private static async Task<string> DotnetAsync()
        => (await Commands.RunAsync("readlink", "-f", (await Commands.RunAsync("which", "dotnet")).Trim())).Trim();

    /// <summary>The id of the child process once it has become systemd.</summary>
    private static string? FirstOf(int parent)
    {
        var children = File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(
            ' ', StringSplitOptions.RemoveEmptyEntries);
        return children.FirstOrDefault(child => File.ReadAllText($"/proc/{child}/comm").Trim() == "systemd");
    }
}
