using Kiroku.Actions;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>The service is killed after it has accepted a cancel. The next one goes on with the undoing.</summary>
public sealed class CancelKillTests
{
    /// <summary>In the long run every moment, otherwise one in so many, at other moments for each action.</summary>
    private static readonly int Stride = FullTier.IsOn ? 1 : 8;

    [Theory]
    [InlineData("stop", "stop")]
    [InlineData("resize", "copy")]
    [InlineData("resize of a stopped server", "copy")]
    [InlineData("rebuild", "overlay")]
    [InlineData("shelve", "stop")]
    [InlineData("shelve of a suspended server", "stop")]
    [InlineData("unshelve", "start")]
    [InlineData("createImage", "snapshot")]
    [InlineData("createBackup", "export")]
    public async Task A_cancel_during_which_the_service_is_killed_at_any_moment_goes_on_or_was_never_accepted(
        string name, string operation)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched);
        for (var moment = 1 + (name.Length % Stride); ; moment += Stride)
        {
            var server = await scenario.PrepareAsync(cloud);
            var before = await cloud.ServerAsync(server);
            var requestId = await HangAsync(cloud, operation, () => cloud.ActAsync(server, scenario.Body(cloud)));
            var kill = Points.KillAt(cloud, moment);
            var asked = Cancels.AskAsync(cloud.Demo, server, requestId);
            var ended = EndedAsync(cloud, server, requestId, asked);
            if (await Task.WhenAny(kill.Reached, ended) == ended)
                await ended;
            if (!kill.Reached.IsCompleted)
                break;

            await cloud.StartAgainAsync();

            var action = await cloud.EndedAsync(server, requestId);
            TestContext.Current.TestOutputHelper?.WriteLine($"{moment}: {kill.Passed[^1]}: {action.Action.Outcome}");
            if (action.Action.Cancelled is not null)
            {
                Cancels.AssertRecorded(action, cloud.Demo.UserId);
                Cancels.AssertAsBefore(before, await cloud.ServerAsync(server));
            }
            else
            {
                Assert.False(asked.IsCompletedSuccessfully && (await asked).Status == 202);
                Assert.Equal(Outcomes.SucceededAfterRetries, action.Action.Outcome);
            }
            await cloud.AssertWholeAsync(server);
            await cloud.DeleteAsync(server);
            await cloud.AssertWholeAsync(server);
        }
    }

    [Fact]
    public async Task A_cancelled_creation_is_undone_after_a_kill()
    {
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched);
        var server = Guid.Empty;
        var requestId = await HangAsync(cloud, "start", async () =>
        {
            using var answer = await cloud.Demo.PostAsync("/v2.1/servers",
                $$$"""{"server":{"name":"vm","flavorRef":"{{{Cloud.Small}}}","imageRef":"{{{cloud.Image}}}"}}""");
            server = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
            return (202, answer.Headers.GetValues("x-compute-request-id").Single());
        });
        var undoing = HangAll(cloud);
        Assert.Equal(202, (await Cancels.AskAsync(cloud.Demo, server, requestId)).Status);
        await undoing.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        cloud.Kill();

        await cloud.StartAgainAsync();

        Cancels.AssertRecorded(await cloud.EndedAsync(server, requestId), cloud.Demo.UserId);
        Assert.Equal(VmStates.Error, (await cloud.ServerAsync(server)).VmState);
        await cloud.AssertWholeAsync(server);
        Assert.Empty(cloud.Host.DisksOf(server));
    }

    [Fact]
    public async Task A_cancelled_action_that_rests_goes_on_being_undone_after_the_start()
    {
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched, ("Servers:RestTimeout", "00:00:00.05"));
        var server = await cloud.CreateServerAsync();
        var before = await cloud.ServerAsync(server);
        var requestId = await HangAsync(
            cloud, "copy", () => cloud.ActAsync(server, """{"resize":{"flavorRef":"84"}}"""));
        var undoing = HangAll(cloud);
        await Cancels.AskAsync(cloud.Demo, server, requestId);
        await undoing.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await cloud.StopAsync();
        await cloud.StartAgainAsync();

        Cancels.AssertRecorded(await cloud.EndedAsync(server, requestId), cloud.Demo.UserId);
        Cancels.AssertAsBefore(before, await cloud.ServerAsync(server));
        await cloud.AssertWholeAsync(server);
    }

    private static async Task EndedAsync(Cloud cloud, Guid server, string requestId, Task asked)
    {
        // A service that is killed gives no answer.
        _ = asked.ContinueWith(late => _ = late.Exception, TaskScheduler.Default);
        await cloud.EndedAsync(server, requestId);
    }

    /// <summary>Starts an action, of which the first call of that operation never returns by itself.</summary>
    private static async Task<string> HangAsync(
        Cloud cloud, string operation, Func<Task<(int Status, string RequestId)>> act)
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.Before = called
            => called == operation && hangs.TrySetResult() ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        var (status, requestId) = await act();
        Assert.Equal(202, status);
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return requestId;
    }

    /// <summary>From now on no call to the hypervisor returns by itself.</summary>
    private static TaskCompletionSource HangAll(Cloud cloud)
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.Before = _ =>
        {
            hangs.TrySetResult();
            return Task.Delay(Timeout.Infinite);
        };
        return hangs;
    }
}
