using Kiroku.Actions;
using Kiroku.Scheduling;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

public sealed class KillTests
{
    [Theory]
    [MemberData(nameof(Scenario.Lasting), MemberType = typeof(Scenario))]
    public Task An_action_killed_at_any_moment_is_gone_on_with_and_ends_well(string name)
        => KillAsync(name, oneIn: 7, async (cloud, scenario, before, action) =>
        {
            if (await IsEarlierAsync(cloud, before, action))
                Assert.Equal(before.VmState, (await cloud.ServerAsync(before.Id)).VmState);
            else
                await AssertEndedWellAsync(cloud, scenario, before, action);
        });

    [Theory]
    [MemberData(nameof(Scenario.Lasting), MemberType = typeof(Scenario))]
    public Task An_action_killed_at_any_moment_and_then_given_up_leaves_a_server_that_can_be_used(string name)
        => KillAsync(
            name, oneIn: 14,
            async (cloud, _, before, action) =>
            {
                var after = await cloud.ServerAsync(before.Id);
                if (!await IsEarlierAsync(cloud, before, action))
                    ExpectedChanges.AssertAsRowsDiffer(before, after, action);
                Assert.Equal(after.VmState == VmStates.ShelvedOffloaded, after.Host is null);
                if (after.Former?.Disk.Generation is null)
                    Assert.Equal(after.Host is null ? Claim.None : after.Flavor.Claim, after.Claim);
            },
            ("Actions:Interruptions", "0"));

    [Fact]
    public async Task A_creation_killed_at_any_moment_ends_in_a_server_or_was_never_accepted()
    {
        await using var cloud = await Cloud.StartAsync();
        var points = Points.Count(cloud);
        await cloud.DeleteAsync(await cloud.CreateServerAsync());
        foreach (var moment in Points.Some(points.Passed.Count, oneIn: 4, "create"))
        {
            var kill = Points.KillAt(cloud, moment);
            _ = CreateAndDeleteAsync(cloud, kill).ContinueWith(ended => _ = ended.Exception, TaskScheduler.Default);
            await kill.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

            await cloud.StartAgainAsync();

            await cloud.UntilAsync(
                async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));
            foreach (var server in await cloud.ServersAsync())
            {
                Assert.Equal(VmStates.Active, server.VmState);
                var changes = (await cloud.NewestActionAsync(server.Id)).Action.Changes;
                Assert.Equal(
                    (Traits.None, cloud.Image, server.Host, 1),
                    (changes!.Before, changes.After!.Image, changes.After.Host, changes.After.Disk));
                await cloud.AssertWholeAsync(server.Id);
                await cloud.DeleteAsync(server.Id);
            }
            Assert.All(cloud.Host.Volumes.Keys, volume => Assert.StartsWith("image-", volume));
            Assert.Empty(cloud.Host.Machines);
        }
    }

    /// <summary>
    /// Runs the scenario once for each moment that is tried, kills the service at that moment, and checks what the next
    /// one makes of it.
    /// </summary>
    private static async Task KillAsync(
        string name, int oneIn, Func<Cloud, Scenario, Server, RecordedAction, Task> assertEnded,
        params (string Key, string Value)[] configuration)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync(configuration);
        var moments = await CountMomentsAsync(cloud, scenario);
        foreach (var moment in Points.Some(moments, oneIn, name))
        {
            var server = await scenario.PrepareAsync(cloud);
            var before = await cloud.ServerAsync(server);
            var kill = Points.KillAt(cloud, moment);
            var body = scenario.Body(cloud);
            _ = cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", body, ActionKeys.HeadersFor(body)).ContinueWith(
                _ => { }, TaskScheduler.Default);
            await kill.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

            await cloud.StartAgainAsync();

            await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
            var action = await cloud.NewestActionAsync(server);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{moment}: {kill.Passed[^1]}: {action.Action.Action} {action.Action.Outcome}, "
                    + $"{(await cloud.ServerAsync(server)).VmState}");
            await assertEnded(cloud, scenario, before, action);
            await cloud.SweepAsync();
            await cloud.AssertWholeAsync(server);
            await cloud.DeleteAsync(server);
            await cloud.AssertWholeAsync(server);
        }
    }

    /// <summary>
    /// Creates a server and deletes it. If the service is killed meanwhile, that is left to the test.
    /// </summary>
    private static async Task CreateAndDeleteAsync(Cloud cloud, Points kill)
    {
        var server = await cloud.CreateServerAsync();
        if (!kill.Reached.IsCompleted)
            await cloud.DeleteAsync(server);
    }

    /// <summary>Whether the action is one of the preparations, because that of the scenario was not accepted.</summary>
    private static async Task<bool> IsEarlierAsync(Cloud cloud, Server before, RecordedAction action)
        => action.Action.RequestId
            == (await cloud.NewestActionAsync(before.Id, before.UpdatedAt)).Action.RequestId;

    private static async Task<int> CountMomentsAsync(Cloud cloud, Scenario scenario)
    {
        var server = await scenario.PrepareAsync(cloud);
        var points = Points.Count(cloud);
        await cloud.DoAsync(server, scenario.Body(cloud));
        return points.Passed.Count;
    }

    private static async Task AssertEndedWellAsync(Cloud cloud, Scenario scenario, Server before, RecordedAction action)
    {
        Assert.Null(action.Action.Message);
        Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(before.Id)).VmState);
        ExpectedChanges.Assert(scenario, before, action);
        var succeeded = action.Events.Where(e => e.Result == EventResults.Success).Reverse().Select(e => e.Event);
        Assert.Equal(scenario.Events.Order(), succeeded.Order());
        Assert.All(action.Events.Where(e => e.Result == EventResults.Error),
            e => Assert.Equal((true, ReasonCodes.Interrupted), (RecordedAction.IsInterrupted(e), e.ReasonCode)));
    }
}
