using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.Engine;
using Kiroku.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Which of many nodes look for actions that nobody runs.</summary>
public sealed class TurnTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_has_no_turn_looks_for_running_actions_at_its_start_only()
    {
        await using var cloud = await HostsCloud.StartAsync(1);
        await OtherNodes.AddManyAsync(cloud.Any.Database, 500);
        await cloud["a"].App.Services.GetServices<IHostedService>().OfType<Recovery>().Single().StopAsync(Token);
        var (looks, turns) = (0, 0);
        cloud["a"].Database.AfterRead = found => Count(found is IReadOnlyList<Guid>, ref looks);
        cloud["a"].Beats.AfterRead = found => Count(found is IReadOnlyList<string>, ref turns);
        var time = new FakeTimeProvider();
        using var recovery = ActivatorUtilities.CreateInstance<Recovery>(cloud["a"].App.Services, time);

        await recovery.StartAsync(Token);
        while (Volatile.Read(ref turns) < 5)
        {
            time.Advance(TimeSpan.FromSeconds(3));
            await Task.Yield();
        }
        await recovery.StopAsync(Token);

        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task Actions_of_a_node_that_died_go_on_although_all_whose_turn_it_was_stand_still()
    {
        await using var cloud = await HostsCloud.StartAsync(2);
        var server = await cloud.CreateWithGrainAsync(on: "a", grain: "b");
        await OtherNodes.AddManyAsync(cloud["a"].Database, 3);
        var (accepted, _) = cloud["b"].Database.HoldWhen(
            async () => (await cloud.ServerAsync(server)).RunningAction is not null);
        var acting = cloud.ActAsync(server, """{"os-stop":null}""");
        await accepted.WaitAsync(Token);

        // From here on the three report no more, though nobody has ended them.
        await cloud["a"].Store.WriteAsync(db => db.ExecuteAsync("""
            UPDATE nodes SET seen_at = to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
            WHERE name LIKE 'node%'
            """), Token);
        await cloud.KillAsync("b");

        await cloud.UntilIdleAsync(server);
        var (status, _, request) = await acting;
        Assert.Equal(202, status);
        Assert.Equal(Outcomes.Succeeded, (await cloud.ActionAsync(server, request)).Action.Outcome);
        await cloud.AssertWholeAsync(server);
    }

    private static Task Count(bool counts, ref int count)
    {
        if (counts)
            Interlocked.Increment(ref count);
        return Task.CompletedTask;
    }
}
