using System.Diagnostics;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Clients;

/// <summary>
/// OpenStack's clients, unchanged, each against a service of its own on libvirt's mock: their own tests, or a server's
/// life. Each fails only where its list of exceptions says so.
/// </summary>
public sealed class SuiteTests
{
    /// <summary>Each with the minutes that a slow machine may take.</summary>
    [LongTheory("each takes minutes, and a root file system of its own")]
    [InlineData("tempest", 60)]
    [InlineData("novaclient", 60)]
    [InlineData("openstacksdk", 40)]
    [InlineData("gophercloud", 40)]
    [InlineData("horizon", 40)]
    [InlineData("rally", 40)]
    [InlineData("ansible", 20)]
    [InlineData("fog", 15)]
    [InlineData("libcloud", 15)]
    [InlineData("packer", 15)]
    public async Task A_suite_finds_no_new_fault(string suite, int minutes)
    {
        RealParts.RequireRoot();
        RealParts.Require("/usr/bin/mmdebstrap", "/usr/bin/unshare");
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(Repository.Folder, "scripts", "suites"), [suite])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(minutes));
        }
        finally
        {
            // The script ends its service, and waits for that.
            if (!process.HasExited)
            {
                await Commands.SignalAsync("TERM", process.Id);
                await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(4));
            }
        }
        Assert.True(process.ExitCode == 0, $"{await output}\n{await errors}");
    }
}
