using Kiroku.Actions;

namespace Kiroku.Tests.Servers;

public sealed class NineActionsTests
{
    [Theory]
    [MemberData(nameof(Scenario.All), MemberType = typeof(Scenario))]
    public async Task Each_action_leaves_the_seeds_events_and_the_state_it_promises(string name)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync();
        var server = await scenario.PrepareAsync(cloud);
        var before = await cloud.ServerAsync(server);

        var action = await cloud.DoAsync(server, scenario.Body(cloud));

        Assert.Equal(scenario.Events, action.Events.Reverse().Select(e => e.Event));
        Assert.All(action.Events, e => Assert.Equal(EventResults.Success, e.Result));
        Assert.Null(action.Action.Message);
        Assert.Equal(Outcomes.Succeeded, action.Action.Outcome);
        Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(server)).VmState);
        ExpectedChanges.Assert(scenario, before, action);
        ExpectedChanges.AssertAsRowsDiffer(before, await cloud.ServerAsync(server), action);
        await cloud.AssertWholeAsync(server);
    }
}
