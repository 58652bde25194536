using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Servers;

public sealed class FailureTests
{
    [Theory]
    [MemberData(nameof(Scenario.Lasting), MemberType = typeof(Scenario))]
    public async Task A_step_that_fails_for_good_is_undone_and_recorded_wherever_it_fails(string name)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync();
        foreach (var call in Some(await CallsAsync(cloud, scenario), name))
        {
            var server = await scenario.PrepareAsync(cloud);
            var before = await cloud.ServerAsync(server);
            Fail(cloud, call, times: 3);

            var action = await cloud.DoAsync(server, scenario.Body(cloud));

            TestContext.Current.TestOutputHelper?.WriteLine($"{call} -> {(await cloud.ServerAsync(server)).VmState}");
            Assert.Equal("Error", action.Action.Message);
            Assert.Equal(Outcomes.Failed, action.Action.Outcome);
            AssertThreeAttempts(action);
            ExpectedChanges.AssertAsRowsDiffer(before, await cloud.ServerAsync(server), action);
            await AssertStateAsync(cloud, before, action.Action.Action, server);
            if (call.Operation == "delete")
                await cloud.SweepAsync();
            await cloud.AssertWholeAsync(server);
            await AssertUsableAsync(cloud, before, server);
        }
    }

    [Theory]
    [MemberData(nameof(Scenario.Lasting), MemberType = typeof(Scenario))]
    public async Task A_step_that_fails_once_is_tried_again_and_succeeds(string name)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync();
        foreach (var call in Some(await CallsAsync(cloud, scenario), $"{name}1"))
        {
            var server = await scenario.PrepareAsync(cloud);
            var before = await cloud.ServerAsync(server);
            Fail(cloud, call, times: 1);

            var action = await cloud.DoAsync(server, scenario.Body(cloud));

            Assert.Null(action.Action.Message);
            Assert.Equal(Outcomes.SucceededAfterRetries, action.Action.Outcome);
            Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(server)).VmState);
            ExpectedChanges.Assert(scenario, before, action);
            Assert.Equal(scenario.Events.Order(),
                action.Events.Where(e => e.Result == EventResults.Success).Select(e => e.Event).Order());
            var failed = Assert.Single(action.Events, e => e.Result == EventResults.Error);
            Assert.Equal([1, 2], action.Events.Where(e => e.Event == failed.Event).Select(e => e.Attempt).Order());
            await cloud.AssertWholeAsync(server);
            await cloud.DeleteAsync(server);
        }
    }

    /// <summary>
    /// In the long run all, otherwise every second one, beginning differently for each name, so that each call fails in
    /// one of the two tests.
    /// </summary>
    private static IEnumerable<(string Operation, int Nth)> Some(
        IReadOnlyList<(string Operation, int Nth)> calls, string name)
        => calls.Count <= 2 ? calls : Points.Some(calls.Count, oneIn: 2, name).Select(number => calls[number - 1]);

    /// <summary>
    /// The hypervisor calls of the scenario, each with its number among those of its kind: "stop 1", "define 2".
    /// </summary>
    private static async Task<IReadOnlyList<(string Operation, int Nth)>> CallsAsync(Cloud cloud, Scenario scenario)
    {
        var server = await scenario.PrepareAsync(cloud);
        var points = Points.Count(cloud);
        await cloud.DoAsync(server, scenario.Body(cloud));
        var passed = points.Passed;
        await cloud.DeleteAsync(server);
        // In a shared store, a host that reports no capacity is not chosen, and there is no other.
        return [
            .. passed.Where(point => point.StartsWith("before ", StringComparison.Ordinal) && point != "before write")
            .Select(point => point["before ".Length..]).Where(
                operation => operation != "capacity" || !TestStore.IsShared)
            .GroupBy(operation => operation)
            .SelectMany(group => group.Select((operation, index) => (operation, index + 1)))];
    }

    private static void Fail(Cloud cloud, (string Operation, int Nth) call, int times)
    {
        var (seen, failed) = (0, 0);
        cloud.Hypervisor.After = _ => Task.CompletedTask;
        cloud.Database.Around = _ => Task.CompletedTask;
        cloud.Hypervisor.Before = operation =>
        {
            if (operation != call.Operation || ++seen < call.Nth || failed >= times)
                return Task.CompletedTask;
            failed++;
            throw new HypervisorException(HypervisorFailure.Failed, $"{operation} it", "the secret is in /etc/secret");
        };
    }

    private static void AssertThreeAttempts(RecordedAction action)
    {
        var errors = action.Events.Where(e =>
            e.Result == EventResults.Error && e.Traceback!.Contains("/etc/secret", StringComparison.Ordinal)).ToList();
        Assert.Contains(errors.GroupBy(e => e.Event), group => group.Count() == 3);
        Assert.All(errors, e => Assert.DoesNotContain("secret", e.Details));
        Assert.All(errors, e => Assert.StartsWith("The host's hypervisor could not ", e.Details));
        Assert.All(errors, e => Assert.Equal(ReasonCodes.HypervisorFailed, e.ReasonCode));
    }

    /// <summary>Checks the state in which Nova leaves a server whose action failed.</summary>
    private static async Task AssertStateAsync(Cloud cloud, Server before, string action, Guid server)
    {
        var after = await cloud.ServerAsync(server);
        string[] expected = action switch
        {
            ActionNames.Shelve when before.VmState is VmStates.Paused or VmStates.Suspended
                => [before.VmState, VmStates.Stopped],
            ActionNames.Start or ActionNames.Stop or ActionNames.Shelve or ActionNames.Unshelve or ActionNames.Pause
                or ActionNames.Unpause or ActionNames.CreateImage or ActionNames.CreateBackup
                or ActionNames.TriggerCrashDump => [before.VmState],
            ActionNames.Reboot
                => after.PowerState == MachineState.Running && before.VmState == VmStates.Active
                ? [VmStates.Active] : [VmStates.Error],
            ActionNames.Resize => [before.VmState, VmStates.Error],
            _ => [VmStates.Error],
        };
        Assert.Contains(after.VmState, expected);
        Assert.Equal(after.VmState == VmStates.Error, after.Fault is not null);
    }

    /// <summary>Checks that the server can be brought up again, whatever failed, and that it can be deleted.</summary>
    private static async Task AssertUsableAsync(Cloud cloud, Server before, Guid server)
    {
        var up = (await cloud.ServerAsync(server)).VmState switch
        {
            VmStates.Error => """{"reboot":{"type":"HARD"}}""",
            VmStates.Stopped => """{"os-start":null}""",
            VmStates.ShelvedOffloaded => """{"unshelve":null}""",
            VmStates.Paused => """{"unpause":null}""",
            VmStates.Suspended => """{"resume":null}""",
            VmStates.Rescued => """{"unrescue":null}""",
            VmStates.Resized => """{"confirmResize":null}""",
            _ => null,
        };
        if (up is not null)
            Assert.Null((await cloud.DoAsync(server, up)).Action.Message);
        var active = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Active, null, null, active.Flavor.Claim),
            (active.VmState, active.Former?.Disk.Generation, active.Former?.Flavor, active.Claim));
        await cloud.SweepAsync();
        await cloud.AssertWholeAsync(server);
        await cloud.DeleteAsync(server);
        Assert.Empty(cloud.Host.DisksOf(server));
        Assert.Equal(before.Id, server);
    }
}
