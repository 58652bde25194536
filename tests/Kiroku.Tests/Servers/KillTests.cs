using Kiroku.Actions;

namespace Kiroku.Tests.Servers;

public sealed class KillTests
{
    [Theory]
    [MemberData(nameof(Scenario.All), MemberType = typeof(Scenario))]
    public async Task An_action_killed_at_any_moment_is_gone_on_with_and_ends_well(string name)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync();
        foreach (var moment in Enumerable.Range(1, await CountMomentsAsync(cloud, scenario)))
        {
            var server = await scenario.PrepareAsync(cloud);
            var before = await cloud.ServerAsync(server);
            var kill = Points.KillAt(cloud, moment);
            _ = cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", scenario.Body(cloud)).ContinueWith(_ => { }, TaskScheduler.Default);
            await kill.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

            await cloud.StartAgainAsync();

            await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
            TestContext.Current.TestOutputHelper?.WriteLine($"{moment}: {kill.Passed[^1]}");
            var action = await cloud.NewestActionAsync(server);
            if (action.Action.RequestId == (await cloud.NewestActionAsync(server, before.UpdatedAt)).Action.RequestId)
                Assert.Equal(before.VmState, (await cloud.ServerAsync(server)).VmState);
            else
                await AssertEndedWellAsync(cloud, scenario, server, action);
            await cloud.SweepAsync();
            await cloud.AssertWholeAsync(server);
            await cloud.DeleteAsync(server);
            await cloud.AssertWholeAsync(server);
        }
    }

    private static async Task<int> CountMomentsAsync(Cloud cloud, Scenario scenario)
    {
        var server = await scenario.PrepareAsync(cloud);
        var points = Points.Count(cloud);
        await cloud.DoAsync(server, scenario.Body(cloud));
        return points.Passed.Count;
    }

    private static async Task AssertEndedWellAsync(Cloud cloud, Scenario scenario, Guid server, RecordedAction action)
    {
        Assert.Null(action.Action.Message);
        Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(server)).VmState);
        var succeeded = action.Events.Where(e => e.Result == EventResults.Success).Reverse().Select(e => e.Event);
        Assert.Equal(scenario.Events.Order(), succeeded.Order());
        Assert.All(action.Events.Where(e => e.Result == EventResults.Error), e => Assert.StartsWith("interrupted: ", e.Details));
    }
}
