using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>
/// Actions that are cancelled while they are held at each moment: before and after each call to the hypervisor and each
/// write to the store.
/// </summary>
public sealed class CancelTests
{
    /// <summary>
    /// The hypervisor's operations between which each action passes its point of no return; null for no further one.
    /// </summary>
    [Theory]
    [InlineData("stop", "stop", null)]
    [InlineData("resize", "copy", "define")]
    [InlineData("rebuild", "overlay", "power off")]
    [InlineData("rebuild of a stopped server", "overlay", "power off")]
    [InlineData("shelve", "stop", "undefine")]
    [InlineData("shelve of a paused server", "volume size", "stop")]
    [InlineData("shelve of a suspended server", "stop", "undefine")]
    [InlineData("unshelve", "start", null)]
    [InlineData("createImage", "export", "delete")]
    [InlineData("createImage of a stopped server", "export", "delete")]
    [InlineData("createBackup", "export", "delete")]
    public async Task An_action_is_cancelled_and_undone_at_each_moment_up_to_its_point_of_no_return(
        string name, string last, string? next)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched);
        cloud.Database.PassesProgress = true;
        Points? refused = null;
        IReadOnlyList<string> all = [];
        for (var moment = 1; ; moment++)
        {
            var server = await scenario.PrepareAsync(cloud);
            var (before, images) = (await cloud.ServerAsync(server), await ImagesAsync(cloud));
            var hold = Points.HoldAt(cloud, moment);
            var acting = cloud.ActAsync(server, scenario.Body(cloud));
            if (await ReachedAsync(hold, EndedAsync(cloud, server, acting)) is false)
            {
                all = hold.Passed;
                break;
            }
            var status = await CancelAsync(cloud, server, (hold, acting));
            hold.Go();
            var ended = await cloud.EndedAsync(server, (await acting).RequestId);
            TestContext.Current.TestOutputHelper?.WriteLine($"{moment}: {hold.Passed[^1]}: {status}");
            if (status == 202)
            {
                Assert.Null(refused);
                Cancels.AssertRecorded(ended, cloud.Demo.UserId);
                Cancels.AssertAsBefore(before, await cloud.ServerAsync(server));
                Assert.Equal(images, await ImagesAsync(cloud));
            }
            else if (status is not null)
            {
                Assert.Equal(409, status);
                refused ??= hold;
                Assert.Equal((Outcomes.Succeeded, null), (ended.Action.Outcome, ended.Action.Cancelled));
                Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(server)).VmState);
            }
            await cloud.AssertWholeAsync(server);
            await cloud.DeleteAsync(server);
            await cloud.AssertWholeAsync(server);
        }
        Assert.NotNull(refused);
        Assert.Equal("after write", refused.Passed[^1]);
        Assert.Equal(last, Operations(refused.Passed).LastOrDefault());
        Assert.Equal(next, Operations(all.Skip(refused.Passed.Count)).FirstOrDefault());
    }

    [Fact]
    public async Task A_creation_is_cancelled_at_each_moment_and_leaves_a_server_in_ERROR_and_nothing_else()
    {
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched);
        cloud.Database.PassesProgress = true;
        var refused = false;
        for (var moment = 1; ; moment++)
        {
            var hold = Points.HoldAt(cloud, moment);
            var creating = cloud.CreateServerAsync();
            if (await ReachedAsync(hold, creating) is false)
                break;
            // Up to the commit of the acceptance there is nothing yet.
            if (await cloud.ServersAsync() is not [var begun])
            {
                hold.Go();
                await cloud.DeleteAsync(await creating);
                continue;
            }
            var requestId = (await cloud.NewestActionAsync(begun.Id)).Action.RequestId;
            var status = await CancelAsync(cloud, begun.Id, hold, requestId);
            hold.Go();
            await creating;
            var (ended, server) = (await cloud.EndedAsync(begun.Id, requestId), await cloud.ServerAsync(begun.Id));
            TestContext.Current.TestOutputHelper?.WriteLine($"{moment}: {hold.Passed[^1]}: {status}");
            refused |= status == 409;
            if (refused)
            {
                Assert.Equal((409, VmStates.Active), (status, server.VmState));
            }
            else
            {
                Assert.Equal(202, status);
                Cancels.AssertRecorded(ended, cloud.Demo.UserId);
                Assert.Equal(
                    (VmStates.Error, MachineState.Absent, null, null, Claim.None),
                    (server.VmState, server.PowerState, server.Host, server.Disk, server.Claim));
                Assert.Equal($"Cancelled by user {cloud.Demo.UserId}.", server.Fault?.Message);
                Assert.Empty(cloud.Host.Machines);
            }
            await cloud.AssertWholeAsync(begun.Id);
            await cloud.DeleteAsync(begun.Id);
            Assert.All(cloud.Host.Volumes.Keys, volume => Assert.StartsWith("image-", volume));
        }
        Assert.True(refused);
    }

    [Fact]
    public async Task A_stop_whose_guest_was_quicker_than_the_cancel_starts_the_machine_again()
    {
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched);
        var server = await cloud.CreateServerAsync();
        var off = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.After = operation =>
        {
            if (operation != "stop")
                return Task.CompletedTask;
            off.TrySetResult();
            return Task.Delay(Timeout.Infinite);
        };
        var (_, requestId) = await cloud.ActAsync(server, """{"os-stop":null}""");
        await off.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(MachineState.Off, cloud.Host.Machines[server].State);

        Assert.Equal(202, (await Cancels.AskAsync(cloud.Demo, server, requestId)).Status);

        await cloud.EndedAsync(server, requestId);
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_server_that_cannot_be_brought_back_is_left_as_after_a_failure_with_the_reason()
    {
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched);
        var server = await cloud.CreateServerAsync();
        var copying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.Before = operation => operation switch
        {
            "copy" => copying.TrySetResult() ? Task.Delay(Timeout.Infinite) : Task.CompletedTask,
            "start" => throw new HypervisorException(HypervisorFailure.Failed, "start the machine", "it is broken"),
            _ => Task.CompletedTask,
        };
        var (_, requestId) = await cloud.ActAsync(server, """{"resize":{"flavorRef":"84"}}""");
        await copying.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await Cancels.AskAsync(cloud.Demo, server, requestId);

        Cancels.AssertRecorded(await cloud.EndedAsync(server, requestId), cloud.Demo.UserId);
        var after = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Error, Cloud.Small), (after.VmState, after.Flavor.Id));
        Assert.Equal("The host's hypervisor could not start the machine.", after.Fault?.Message);
        await cloud.AssertWholeAsync(server);
    }

    /// <summary>
    /// Cancels what is held. A write that is held goes on once the cancel is decided, because only the hypervisor's
    /// calls can be abandoned; a call does not.
    /// </summary>
    /// <returns>The status; null if nothing has been accepted yet.</returns>
    private static async Task<int?> CancelAsync(
        Cloud cloud, Guid server, (Points Hold, Task<(int Status, string RequestId)> Acting) held)
    {
        var running = (await cloud.ServerAsync(server)).RunningAction;
        if (running is null && !held.Acting.IsCompleted)
            return null;
        return await CancelAsync(cloud, server, held.Hold, running ?? (await held.Acting).RequestId);
    }

    private static async Task<int> CancelAsync(Cloud cloud, Guid server, Points hold, string requestId)
    {
        var cancelling = Cancels.AskAsync(cloud.Demo, server, requestId);
        if (hold.Passed[^1].EndsWith(" write", StringComparison.Ordinal))
        {
            var decided = cloud.UntilAsync(
                async () => (await cloud.ActionAsync(server, requestId)).Action.Cancelled is not null);
            await Task.WhenAny(cancelling, decided);
            hold.Go();
            _ = decided.ContinueWith(late => _ = late.Exception, TaskScheduler.Default);
        }
        var (status, text) = await cancelling;
        if (status == 202)
            await cloud.EndedAsync(server, requestId);
        else
            Assert.Contains("detail", text, StringComparison.Ordinal);
        return status;
    }

    private static IEnumerable<string> Operations(IEnumerable<string> points)
        => points.Where(point => point != "before write" && point.StartsWith("before ", StringComparison.Ordinal))
            .Select(point => point["before ".Length..]);

    private static async Task EndedAsync(Cloud cloud, Guid server, Task<(int Status, string RequestId)> acting)
        => await cloud.EndedAsync(server, (await acting).RequestId);

    private static async Task<bool> ReachedAsync(Points hold, Task ended)
    {
        if (await Task.WhenAny(hold.Reached, ended) == ended)
            await ended;
        return hold.Reached.IsCompleted;
    }

    /// <summary>How many images there are beside those of earlier rounds.</summary>
    private static async Task<int> ImagesAsync(Cloud cloud)
        => (await cloud.Demo.GetJsonAsync("/image/v2/images?limit=1000"))["images"]!.AsArray().Count;
}
