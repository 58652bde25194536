using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

public sealed class FollowTests
{
    [Theory]
    [InlineData(MachineState.Off)]
    [InlineData(MachineState.Crashed)]
    public async Task A_machine_that_ends_by_itself_is_recorded_as_a_stop_without_a_user(MachineState state)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();

        cloud.Hypervisor.ChangeByItself(server, state);

        await cloud.UntilAsync(
            async () => await cloud.ServerAsync(server) is { VmState: VmStates.Stopped, RunningAction: null });
        var (action, events) = await cloud.NewestActionAsync(server);
        Assert.Equal((ActionNames.Stop, null, null), (action.Action, action.UserId, action.ProjectId));
        Assert.Equal([EventNames.Stop], events.Select(e => e.Event));
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_paused_machine_that_ends_by_itself_is_recorded_too()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"pause":null}""");

        cloud.Hypervisor.ChangeByItself(server, MachineState.Off);

        await cloud.UntilAsync(
            async () => await cloud.ServerAsync(server) is { VmState: VmStates.Stopped, RunningAction: null });
        Assert.Equal((ActionNames.Stop, null),
            ((await cloud.NewestActionAsync(server)).Action.Action,
                (await cloud.NewestActionAsync(server)).Action.UserId));
    }

    [Theory]
    [InlineData("pause", VmStates.Paused)]
    [InlineData("suspend", VmStates.Suspended)]
    public async Task A_paused_machine_stays_paused_however_often_it_is_checked(string action, string state)
    {
        await using var cloud = await Cloud.StartAsync(("Servers:LookInterval", "00:00:00.05"));
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, $$"""{"{{action}}":null}""");
        var looks = new SemaphoreSlim(0);
        cloud.Hypervisor.After = operation => Task.FromResult(operation == "machines" ? looks.Release() : 0);
        foreach (var _ in Enumerable.Range(0, 3))
            Assert.True(await looks.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.Equal(state, (await cloud.ServerAsync(server)).VmState);
        Assert.Equal(action, (await cloud.NewestActionAsync(server)).Action.Action);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_machine_that_somebody_else_starts_is_recorded_as_a_start_without_a_user()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"os-stop":null}""");

        cloud.Hypervisor.ChangeByItself(server, MachineState.Running);

        await cloud.UntilAsync(
            async () => await cloud.ServerAsync(server) is { VmState: VmStates.Active, RunningAction: null });
        Assert.Equal((ActionNames.Start, null),
            ((await cloud.NewestActionAsync(server)).Action.Action,
                (await cloud.NewestActionAsync(server)).Action.UserId));
    }

    [Fact]
    public async Task A_machine_that_ended_while_the_service_was_down_is_noticed_at_its_start()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Kill();
        cloud.Host.Machines[server] = cloud.Host.Machines[server] with { State = MachineState.Off };

        await cloud.StartAgainAsync();

        await cloud.UntilAsync(
            async () => await cloud.ServerAsync(server) is { VmState: VmStates.Stopped, RunningAction: null });
        Assert.Equal(MachineState.Off, (await cloud.ServerAsync(server)).PowerState);
    }

    [Fact]
    public async Task A_paused_machine_changes_only_the_power_state()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();

        cloud.Hypervisor.ChangeByItself(server, MachineState.Paused);

        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).PowerState == MachineState.Paused);
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
        Assert.Equal(ActionNames.Create, (await cloud.NewestActionAsync(server)).Action.Action);
    }
}
