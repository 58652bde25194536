using System.Text.RegularExpressions;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>What a real guest notices of trigger_crash_dump, by its own kernel's words.</summary>
public sealed partial class CrashDumpTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string CrashDump = """{"trigger_crash_dump": null}""";

    [Fact]
    public async Task A_guest_is_interrupted_once_for_each_while_it_runs_and_after_a_pause()
    {
        var server = await NewServerAsync();
        var before = await server.BootedAsync();
        var record = await DumpAsync(server);
        Assert.Null(record.Message);
        Assert.Equal(["compute_trigger_crash_dump Success"], record.Results);
        await InterruptedAsync(server, times: 1);

        await DoAfterItAsync(server, "pause", "PAUSED");
        await DumpAsync(server);
        Assert.Single(Interrupt().Matches(await server.ConsoleAsync()));
        await DoAfterItAsync(server, "unpause", "ACTIVE");
        await InterruptedAsync(server, times: 2);

        // It took no further notice.
        Assert.Equal(before, Assert.Single(Guest.ReadAll(await server.ConsoleAsync())));
    }

    [LongFact("it boots twice; the test above sends the interrupt")]
    public async Task A_guest_that_is_set_up_to_crash_does_so_and_starts_again()
    {
        var server = await NewServerAsync(
            userData: "#!/bin/sh\necho 1 >/proc/sys/kernel/unknown_nmi_panic && echo PANIC AT NMI\n");
        var before = await server.BootedAsync();
        await ConsoleAsync(server, console => console.Contains("\nPANIC AT NMI", StringComparison.Ordinal));
        Assert.Null((await DumpAsync(server)).Message);
        Assert.Equal(before.Boots + 1, (await server.BootedAsync(before)).Boots);
        Assert.Contains(
            "Kernel panic - not syncing: NMI", await server.ConsoleAsync(), StringComparison.Ordinal);
        Assert.Equal("ACTIVE", (string)(await server.ShowAsync())["status"]!);
    }

    /// <summary>Asks for the action and waits for the end of its only step.</summary>
    private async Task<Recorded> DumpAsync(TestServer server)
    {
        var answer = await Service.Demo.PostAsync($"/v2.1/servers/{server.Id}/action", CrashDump, "2.17");
        Assert.Equal((202, ""), (answer.Status, answer.Text));
        return await Poll.ForAsync(
            "the interrupt",
            async () => await server.RecordAsync(answer.RequestId!) is { Events: [{ Finish: not null }] } ended
                ? ended : null);
    }

    /// <summary>No task_state shows when it ends, but until then other actions are refused.</summary>
    private static async Task DoAfterItAsync(TestServer server, string action, string status)
    {
        await Poll.UntilAsync($"{action} to be accepted", async () => (await server.TryAsync(action)).Status == 202);
        await server.SettledAsync(status);
    }

    private static Task InterruptedAsync(TestServer server, int times)
        => ConsoleAsync(server, console => Interrupt().Count(console) == times);

    private static Task ConsoleAsync(TestServer server, Func<string, bool> says)
        => Poll.UntilAsync("the guest", async () => says(await server.ConsoleAsync()), explain: server.ConsoleAsync);

    [GeneratedRegex("NMI received for unknown reason")]
    private static partial Regex Interrupt();
}
