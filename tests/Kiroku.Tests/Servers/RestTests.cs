using Kiroku.Actions;

namespace Kiroku.Tests.Servers;

public sealed class RestTests
{
    [Theory]
    [MemberData(nameof(Scenario.Lasting), MemberType = typeof(Scenario))]
    public async Task An_action_that_rests_in_the_middle_of_a_step_goes_on_without_an_Error(string name)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync(("Servers:RestTimeout", "00:00:00.05"));
        var server = await scenario.PrepareAsync(cloud);
        var hangs = HangNext(cloud);
        var (_, requestId) = await cloud.ActAsync(server, scenario.Body(cloud));
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await cloud.StopAsync();
        await cloud.StartAgainAsync();

        await AssertWentOnAsync(cloud, scenario, server, requestId);
    }

    [Fact]
    public async Task An_action_that_rests_between_steps_goes_on_with_the_next()
    {
        var scenario = Scenario.Of("resize");
        await using var cloud = await Cloud.StartAsync();
        var server = await scenario.PrepareAsync(cloud);
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var copying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.Before = operation =>
        {
            if (operation != "copy")
                return Task.CompletedTask;
            copying.TrySetResult();
            return wake.Task;
        };
        var (_, requestId) = await cloud.ActAsync(server, scenario.Body(cloud));
        await copying.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var stopping = cloud.StopAsync();
        Assert.Equal(503, (await cloud.ActAsync(await Task.FromResult(server), """{"os-stop":null}""")).Status);
        wake.SetResult();
        await stopping;
        var resting = await RestingActionAsync(cloud, server, requestId);
        Assert.Equal([EventNames.ColdMigrate, EventNames.PrepResize, EventNames.ResizeInstance],
            resting.Events.Reverse().Select(e => e.Event));
        await cloud.StartAgainAsync();

        await AssertWentOnAsync(cloud, scenario, server, requestId);
    }

    private static async Task<RecordedAction> RestingActionAsync(Cloud cloud, Guid server, string requestId)
        => (await new ActionStore(cloud.Database, new FirstGeneration(cloud.Database)).FindAsync(
            server, requestId, TestContext.Current.CancellationToken))!;

    private static TaskCompletionSource HangNext(Cloud cloud)
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.Before = _ =>
        {
            hangs.TrySetResult();
            return Task.Delay(Timeout.Infinite);
        };
        return hangs;
    }

    private static async Task AssertWentOnAsync(Cloud cloud, Scenario scenario, Guid server, string requestId)
    {
        var action = await cloud.EndedAsync(server, requestId);
        Assert.Equal(scenario.Events, action.Events.Reverse().Select(e => e.Event));
        Assert.All(action.Events, e => Assert.Equal(EventResults.Success, e.Result));
        Assert.Equal(Outcomes.Succeeded, action.Action.Outcome);
        Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(server)).VmState);
        await cloud.AssertWholeAsync(server);
    }
}
