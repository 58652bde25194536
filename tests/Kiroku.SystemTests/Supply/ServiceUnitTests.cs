using System.Text.RegularExpressions;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Supply;

/// <summary>
/// The unit that the project ships: systemd accepts it, it confines the service, and the service works with it.
/// </summary>
public sealed partial class ServiceUnitTests
{
    private const string Analyze = "/usr/bin/systemd-analyze";

    /// <summary>The exposure stated in docs/security-of-hosts.md: 0 is closed, 10 is open.</summary>
    private const double Exposure = 4.2;

    private static string Unit => Path.Combine(Repository.Folder, "systemd", "kiroku.service");

    [Fact]
    public async Task The_unit_leaves_open_no_more_than_is_written_down()
    {
        RealParts.Require(Analyze);
        var report = await Commands.RunAsync(Analyze, "security", "--offline=true", "--no-pager", Unit);
        var score = double.Parse(
            Score().Match(report).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        // Other versions of systemd give slightly different scores.
        Assert.InRange(score, 0.1, Exposure);
    }

    [LongFact("it boots a system")]
    public async Task Under_the_real_systemd_a_server_is_made_and_its_machine_outlives_a_restart_of_the_service()
    {
        BootedSystem.Require();
        RealParts.Require("/usr/bin/openstack", GuestImage.File);
        await using var system = await BootedSystem.StartAsync(Unit);
        await system.RunAsync("sh", "-c", "echo KIROKU_GUEST_IMAGE=/opt/kiroku/.kiroku/guest.qcow2 >/etc/kiroku.env");
        await StartAsync(system, "start");
        await Poll.UntilAsync("the hypervisor", async () => (await system.TryAsync(
            "sh", "-c", "systemctl status --lines=100 kiroku | grep -q 'Connected to the hypervisor'")).ExitCode == 0);
        await ClientAsync(system, "server create --image kiroku-guest --flavor 1 --wait under-systemd");
        var machine = await system.RunAsync("pgrep", "-f", "qemu-system-x86_64");
        var account = await system.RunAsync("stat", "--format=%u", $"/proc/{machine.Trim()}");
        Assert.True(uint.Parse(account, System.Globalization.CultureInfo.InvariantCulture) > ushort.MaxValue,
            $"the machine runs as {account}");

        await StartAsync(system, "restart");
        Assert.Equal(machine, await system.RunAsync("pgrep", "-f", "qemu-system-x86_64"));
        await ClientAsync(system, "server stop under-systemd");
        await Poll.UntilAsync("the stop to be done",
            async ()
                => (await ClientAsync(system, "server show -f value -c status under-systemd")).Contains(
                    "SHUTOFF", StringComparison.Ordinal));
        Assert.Contains("stop", await ClientAsync(system, "server event list under-systemd"), StringComparison.Ordinal);
        await system.RunAsync("systemctl", "stop", "kiroku");
        Assert.Contains("Result=success", await system.RunAsync("systemctl", "show", "--property=Result", "kiroku"),
            StringComparison.Ordinal);
    }

    private static async Task StartAsync(BootedSystem system, string how)
    {
        await system.RunAsync("systemctl", how, "kiroku");
        await Poll.UntilAsync("the service to answer",
            async () => (await system.TryAsync("curl", "-sf", "http://127.0.0.1:8774/healthz")).ExitCode == 0);
    }

    private static Task<string> ClientAsync(BootedSystem system, string command)
        => system.RunAsync(
            ["env", "OS_CLIENT_CONFIG_FILE=/var/lib/kiroku/clouds.yaml", "openstack", "--os-cloud", "kiroku",
                .. command.Split(' ')]);

    [GeneratedRegex(@"Overall exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Score();
}
