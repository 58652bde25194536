using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Tests.Servers;

/// <summary>What actions have to say although they may have succeeded.</summary>
public sealed class WarningsTests
{
    private const string Stop = """{"os-stop":null}""";
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";

    [Theory]
    [InlineData("stop", EventNames.Stop)]
    [InlineData("soft reboot", EventNames.Reboot)]
    [InlineData("resize", EventNames.ResizeInstance)]
    [InlineData("revertResize", EventNames.RevertResize)]
    [InlineData("shelve", EventNames.ShelveOffload)]
    [InlineData("rescue", EventNames.Rescue)]
    [InlineData("rebuild of a stopped server", EventNames.Stop)]
    public async Task A_guest_that_had_to_be_forced_off_is_told_and_one_that_had_not_is_not(string name, string step)
    {
        await using var cloud = await Cloud.StartAsync();
        var scenario = Scenario.Of(name);
        var (hears, deaf) = (await scenario.PrepareAsync(cloud), await scenario.PrepareAsync(cloud));

        var graceful = await cloud.DoAsync(hears, scenario.Body(cloud));
        cloud.Host.IsDeaf = true;
        var forced = await cloud.DoAsync(deaf, scenario.Body(cloud));

        Assert.Equal((Outcomes.Succeeded, null), (graceful.Action.Outcome, graceful.Action.Warnings));
        Assert.Equal(Outcomes.Succeeded, forced.Action.Outcome);
        Assert.Equal(
            new Warning(WarningCodes.GuestForcedOff, step, 1), Assert.Single(forced.Action.Warnings!));
        Assert.Equal(
            (EventResults.Success, ReasonCodes.GuestForcedOff),
            forced.Events.Where(attempt => attempt.Event == step)
                .Select(attempt => (attempt.Result, attempt.ReasonCode)).Single());
    }

    [Theory]
    [InlineData("hard reboot", ReasonCodes.GuestForcedOff)]
    [InlineData("hard reboot of a stopped server", null)]
    [InlineData("unrescue", ReasonCodes.GuestForcedOff)]
    [InlineData("stop", null)]
    [InlineData("soft reboot", null)]
    public async Task Power_that_is_cut_because_it_was_asked_for_is_a_reason_and_no_warning(string name, string? reason)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await Scenario.Of(name).PrepareAsync(cloud);
        var action = await cloud.DoAsync(server, Scenario.Of(name).Body(cloud));
        Assert.Equal((reason, null), (Assert.Single(action.Events).ReasonCode, action.Action.Warnings));
    }

    [Fact]
    public async Task A_paused_guest_that_is_shelved_hears_nothing()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await Scenario.Of("shelve of a paused server").PrepareAsync(cloud);
        var shelve = await cloud.DoAsync(server, """{"shelve":null}""");
        Assert.Equal(WarningCodes.GuestForcedOff, Assert.Single(shelve.Action.Warnings!).Code);
    }

    [Fact]
    public async Task The_owner_reads_a_sentence_and_can_search_for_it()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Host.IsDeaf = true;
        var stop = (await cloud.DoAsync(server, Stop)).Action.RequestId;
        await cloud.DoAsync(server, """{"os-start":null}""");

        var shown = await cloud.Demo.GetJsonAsync($"/actions/v1/servers/{server}/actions/{stop}");

        Assert.Equal("succeeded", (string)shown["outcome"]!);
        Assert.Equal(
            """[{"code":"guest-forced-off","message":"The guest did not switch off when it was asked to, and its """
                + """power was cut.","event":"compute_stop_instance","attempt":1}]""",
            shown["warnings"]!.ToJsonString());
        foreach (var filter in new[]
        {
            "warnings.code=guest-forced-off", "warnings.code:*", "attempts.reason_code : guest-forced-off",
        })
            Assert.Equal([stop], await FoundAsync(cloud.Demo, filter));
        Assert.DoesNotContain(stop, await FoundAsync(cloud.Demo, "warnings.code!=guest-forced-off"));
        Assert.Empty(await FoundAsync(cloud.Demo, "warnings.code=not-undone"));
    }

    [Fact]
    public async Task A_start_after_which_the_addresses_cannot_be_looked_up_succeeds_and_says_so()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.FindAddresses = () => throw new HypervisorException(
            HypervisorFailure.Unavailable, Operations.ReadAddresses, "connection refused");
        var resize = await cloud.DoAsync(server, Resize);
        Assert.Equal(Outcomes.Succeeded, resize.Action.Outcome);
        Assert.Equal(
            new Warning(WarningCodes.AddressUnknown, EventNames.FinishResize, 1),
            Assert.Single(resize.Action.Warnings!));
    }

    [Fact]
    public async Task An_action_that_could_not_be_undone_as_a_whole_says_so_once()
    {
        await using var cloud = await Cloud.StartAsync(("Actions:Attempts", "1"));
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Before = operation => operation is "copy" or "delete"
            ? throw new HypervisorException(HypervisorFailure.NoSpace, $"{operation} it", "full") : Task.CompletedTask;
        var resize = await cloud.DoAsync(server, Resize);
        Assert.Equal(
            (Outcomes.Failed, null), (resize.Action.Outcome, resize.Action.Changes));
        Assert.Equal([new Warning(WarningCodes.NotUndone)], resize.Action.Warnings);
    }

    [Fact]
    public async Task A_warning_stays_when_a_later_step_dies_with_the_service()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Host.IsDeaf = true;
        var reached = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation =>
        {
            if (operation != "define")
                return Task.CompletedTask;
            reached.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        var (_, request) = await cloud.ActAsync(server, Resize);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        cloud.Kill();
        await cloud.StartAgainAsync();

        var resize = await cloud.EndedAsync(server, request);

        Assert.Equal(Outcomes.SucceededAfterRetries, resize.Action.Outcome);
        Assert.Equal(
            new Warning(WarningCodes.GuestForcedOff, EventNames.ResizeInstance, 1),
            Assert.Single(resize.Action.Warnings!));
        Assert.Contains(
            resize.Events, attempt => attempt is
            {
                Event: EventNames.FinishResize, Attempt: 1, ReasonCode: ReasonCodes.Interrupted,
            });
        ExpectedChanges.Assert(Scenario.Of("resize"), await cloud.ServerAsync(server), resize);
    }

    [Fact]
    public void Each_warning_has_a_sentence_that_is_fit_for_the_owner()
    {
        Assert.All(WarningCodes.All, code => Assert.Matches("^[A-Z][^/]*\\.$", WarningCodes.MessageOf(code)));
        Assert.Equal("of-a-newer-version", new Warning("of-a-newer-version").Message);
    }

    private static async Task<IEnumerable<string>> FoundAsync(TestUser user, string filter)
        => ((await user.GetJsonAsync($"/actions/v1/actions?filter={filter}"))["actions"]!.AsArray())
            .Select(action => (string)action!["request_id"]!);
}
