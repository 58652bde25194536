using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Changes, reasons and warnings of what other nodes do.</summary>
public sealed class ChangesElsewhereTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(2, Cloud.Unwatched);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_migration_tells_both_hosts_and_a_confirm_and_a_revert_what_became_of_the_disks()
    {
        var server = await cloud.CreateServerAsync("a");
        var there = new Changes(
            new() { Host = "a", Disk = 1 }, new() { Host = "b", Disk = 2, FormerDisk = 1 });
        Assert.Equal(there, await ChangesOfAsync(server, """{"migrate":null}"""));
        Assert.Equal(
            new Changes(there.After!, there.Before), await ChangesOfAsync(server, """{"revertResize":null}"""));
        Assert.Equal(there, await ChangesOfAsync(server, """{"migrate":null}"""));
        Assert.Equal(
            new Changes(new() { FormerDisk = 1 }, Traits.None),
            await ChangesOfAsync(server, """{"confirmResize":null}"""));
        Assert.Equal(
            new Changes(
                new() { Host = "b", Disk = 2, Flavor = new("42", "m1.nano") },
                new() { Host = "a", Disk = 3, FormerDisk = 2, Flavor = new("84", "m1.micro") }),
            await ChangesOfAsync(server, """{"resize":{"flavorRef":"84"}}"""));
    }

    [Fact]
    public async Task An_unshelve_elsewhere_tells_the_host_and_the_disk_that_was_brought_there()
    {
        var server = await cloud.CreateServerAsync("a");
        Assert.Equal(
            new Changes(new() { Host = "a" }, Traits.None), await ChangesOfAsync(server, """{"shelve":null}"""));
        Assert.Equal(
            new Changes(new() { Disk = 1 }, new() { Host = "b", Disk = 2 }),
            await ChangesOfAsync(server, """{"unshelve":{"host":"b"}}"""));
    }

    [Fact]
    public async Task A_move_that_failed_for_good_tells_no_change_and_the_reason_of_the_host_that_failed()
    {
        var server = await cloud.CreateServerAsync("a");
        cloud["b"].Hypervisor.Before = operation => operation == "receive"
            ? throw new HypervisorException(HypervisorFailure.NoSpace, "receive the disk", "full")
            : Task.CompletedTask;
        var move = await cloud.DoAsync(server, """{"migrate":null}""");
        Assert.Equal((Outcomes.Failed, null), (move.Action.Outcome, move.Action.Changes));
        Assert.All(
            move.Events.Where(attempt => attempt.Result == EventResults.Error),
            attempt => Assert.Equal(
                (EventNames.ResizeInstance, ReasonCodes.DiskFull), (attempt.Event, attempt.ReasonCode)));
    }

    [Theory]
    [InlineData(HypervisorFailure.Unavailable, true, ReasonCodes.TimedOut)]
    [InlineData(HypervisorFailure.Unavailable, false, ReasonCodes.HostUnreachable)]
    [InlineData(HypervisorFailure.NotSupported, false, ReasonCodes.NotSupported)]
    public async Task A_failure_crosses_between_nodes_with_its_reason(
        HypervisorFailure failure, bool late, string code)
    {
        var server = await cloud.CreateWithGrainAsync("a", grain: "b");
        cloud["a"].Hypervisor.Before = operation => operation == "stop"
            ? throw new HypervisorException(failure, "stop the machine", "secret") { IsLate = late }
            : Task.CompletedTask;
        var stop = await cloud.DoAsync(server, """{"os-stop":null}""");
        Assert.All(stop.Events, attempt => Assert.Equal(code, attempt.ReasonCode));
    }

    /// <summary>The check of an image fails as a step, not as the hypervisor.</summary>
    [Fact]
    public async Task A_failed_step_crosses_between_nodes_with_its_reason()
    {
        var server = await cloud.CreateWithGrainAsync("a", grain: "b");
        using var deleted = await cloud.Admin.DeleteAsync($"/image/v2/images/{cloud.Image}");
        Assert.Equal(204, (int)deleted.StatusCode);
        var rescue = await cloud.ActAsync(server, """{"rescue":null}""");
        await cloud.UntilIdleAsync(server);
        Assert.Equal(
            ReasonCodes.ImageGone,
            Assert.Single((await cloud.ActionAsync(server, rescue.RequestId)).Events).ReasonCode);
    }

    [Fact]
    public async Task A_guest_that_was_forced_off_on_another_node_is_told()
    {
        var server = await cloud.CreateWithGrainAsync("a", grain: "b");
        cloud["a"].Host.IsDeaf = true;
        var stop = await cloud.DoAsync(server, """{"os-stop":null}""");
        Assert.Equal(
            new Warning(WarningCodes.GuestForcedOff, EventNames.Stop, 1), Assert.Single(stop.Action.Warnings!));
        cloud["a"].Host.IsDeaf = false;
        await cloud.DoAsync(server, """{"os-start":null}""");
        Assert.Null((await cloud.DoAsync(server, """{"os-stop":null}""")).Action.Warnings);
    }

    [Fact]
    public async Task A_delete_without_the_host_says_that_something_is_left_there()
    {
        var server = await cloud.CreateServerAsync("b");
        await cloud.KillAsync("b");
        await cloud.DeleteAsync(server);
        var delete = await cloud.ActionAsync(server, (await cloud.ActionsAsync(server))[0].RequestId);
        Assert.Equal(
            (ActionNames.Delete, Outcomes.Succeeded), (delete.Action.Action, delete.Action.Outcome));
        Assert.Equal(
            new Warning(WarningCodes.LeftForLater, EventNames.Terminate, 1), Assert.Single(delete.Action.Warnings!));
        Assert.Equal(new Changes(new() { Host = "b", Disk = 1 }, Traits.None), delete.Action.Changes);
    }

    private async Task<Changes?> ChangesOfAsync(Guid server, string body)
    {
        var action = await cloud.DoAsync(server, body);
        Assert.Equal(Outcomes.Succeeded, action.Action.Outcome);
        return action.Action.Changes;
    }
}
