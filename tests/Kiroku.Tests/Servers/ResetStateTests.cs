using Kiroku.Actions;
using Kiroku.Servers.State;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Servers;

public sealed class ResetStateTests
{
    [Fact]
    public async Task An_administrator_sets_the_state_and_the_record_has_no_events()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        foreach (var state in new[] { VmStates.Error, VmStates.Active })
        {
            var (action, events) = await cloud.ResetStateAsync(server, state);
            Assert.Equal((ActionNames.ResetState, Outcomes.Succeeded), (action.Action, action.Outcome));
            Assert.Empty(events);
            Assert.Equal(state, (await cloud.ServerAsync(server)).VmState);
            await cloud.AssertWholeAsync(server);
        }
    }

    [Fact]
    public async Task The_state_is_set_and_the_server_is_at_rest_when_the_request_is_answered()
    {
        // The clock stands still, so that no wait of the service ends before what it waits for.
        await using var cloud = await Cloud.StartAsync(
            new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000)), Cloud.Unwatched);
        var server = await cloud.CreateServerAsync();
        for (var round = 0; round < 20; round++)
        {
            var state = round % 2 == 0 ? VmStates.Error : VmStates.Active;
            using var answer = await cloud.Admin.PostAsync(
                $"/v2.1/servers/{server}/action", $$"""{"os-resetState":{"state":"{{state}}"} }""");

            var after = await cloud.ServerAsync(server);

            Assert.Equal((202, state, null), ((int)answer.StatusCode, after.VmState, after.RunningAction));
        }
    }

    [Fact]
    public async Task It_takes_over_from_a_running_action()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Before = operation => operation == "suspend"
            ? new TaskCompletionSource().Task : Task.CompletedTask;
        var (_, suspending) = await cloud.ActAsync(server, """{"suspend":null}""");

        await cloud.ResetStateAsync(server, VmStates.Active);

        Assert.Equal(Outcomes.Superseded, (await cloud.ActionAsync(server, suspending)).Action.Outcome);
        await cloud.DoAsync(server, """{"os-stop":null}""");
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_machine_that_may_run_from_a_rescue_disk_keeps_it_until_it_is_off()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Before = operation => operation == "start"
            ? new TaskCompletionSource().Task : Task.CompletedTask;
        var (_, rescue) = await cloud.ActAsync(server, """{"rescue":null}""");
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RescueImageId is not null);

        await cloud.ResetStateAsync(server, VmStates.Active);

        Assert.Equal(Outcomes.Superseded, (await cloud.ActionAsync(server, rescue)).Action.Outcome);
        Assert.NotNull((await cloud.ServerAsync(server)).RescueImageId);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await cloud.DoAsync(server, """{"os-stop":null}""");
        await cloud.SweepAsync();
        await cloud.AssertWholeAsync(server);
        await cloud.DoAsync(server, """{"os-start":null}""");
        Assert.Null((await cloud.ServerAsync(server)).RescueImageId);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_shelved_server_is_active_by_name_only_too_and_comes_back_by_being_shelved()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"shelve":null}""");
        await cloud.ResetStateAsync(server, VmStates.Active);

        Assert.Equal(409, (await cloud.ActAsync(server, $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}"}}""")).Status);
        await cloud.DoAsync(server, """{"shelve":null}""");
        await cloud.DoAsync(server, """{"unshelve":null}""");

        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task Only_administrators_may_reset_states()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        Assert.Equal(403, (await cloud.ActAsync(server, """{"os-resetState":{"state":"error"}}""")).Status);
        Assert.Equal(400, (await cloud.ActAsync(server, """{"os-resetState":{"state":"stopped"}}""")).Status);
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
    }

    [Fact]
    public async Task A_server_that_never_ran_is_active_by_name_only()
    {
        await using var cloud = await Cloud.StartAsync();
        cloud.Host.Capacity = cloud.Host.Capacity with { Vcpus = 0 };
        var server = await cloud.CreateServerAsync();
        await cloud.ResetStateAsync(server, VmStates.Active);
        foreach (var body in new[] { "os-stop", "pause", "suspend", "shelve" })
            Assert.Equal(409, (await cloud.ActAsync(server, $$"""{"{{body}}":null}""")).Status);
        foreach (var type in new[] { "SOFT", "HARD" })
            Assert.Equal(409, (await cloud.ActAsync(server, $$"""{"reboot":{"type":"{{type}}"} }""")).Status);
        await cloud.DeleteAsync(server);
    }

    [Fact]
    public async Task A_forced_deletion_deletes()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        Assert.Equal(ActionNames.Delete, (await cloud.DoAsync(server, """{"forceDelete":null}""")).Action.Action);
        Assert.True((await cloud.ServerAsync(server)).Deleted);
        Assert.Empty(cloud.Host.DisksOf(server));
    }
}
