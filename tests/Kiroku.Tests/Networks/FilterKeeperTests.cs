using Kiroku.Networks;
using Kiroku.Servers.State;
using Kiroku.Servers.Upkeep;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Networks;

/// <summary>What bringing security groups to machines' cards asks of the store.</summary>
public sealed class FilterKeeperTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_nothing_can_filter_the_keeper_does_not_begin()
    {
        await using var cloud = await Cloud.StartAsync();

        await Keeper(cloud).ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Unchanged_groups_and_servers_are_not_read_again()
    {
        await using var running = await FilteredCloud.StartAsync();
        await running.Cloud.CreateServerAsync();
        var web = await running.GroupAsync("web");
        Assert.False(Keeper(running.Cloud).ExecuteTask!.IsCompleted);
        await Keeper(running.Cloud).StopAsync(Token);
        await Keeper(running.Cloud).KeepAsync(Token);
        var (questions, others) = (0, 0);
        running.Cloud.Database.AfterRead = found =>
        {
            if (found is IReadOnlyList<FilteredCard>)
                Interlocked.Increment(ref questions);
            if (found is IReadOnlyList<SecurityGroup> or IReadOnlyList<Server>)
                Interlocked.Increment(ref others);
            return Task.CompletedTask;
        };

        foreach (var _ in Enumerable.Range(0, 5))
            await Keeper(running.Cloud).KeepAsync(Token);

        Assert.True(questions >= 5);
        Assert.Equal(0, others);
        await running.RuleAsync(web, "");
        await Keeper(running.Cloud).KeepAsync(Token);
        Assert.NotEqual(0, others);
    }

    [Fact]
    public async Task Each_change_of_a_projects_groups_is_seen_and_those_of_others_are_not()
    {
        await using var running = await FilteredCloud.StartAsync();
        await running.Cloud.CreateServerAsync();
        var seen = new List<string?> { await StandAsync() };
        var web = await running.GroupAsync("web");
        seen.Add(await StandAsync());
        await running.AskAsync("PUT", $"security-groups/{web}", """{"security_group":{"name":"renamed"}}""");
        seen.Add(await StandAsync());
        var rule = await running.RuleAsync(web, "");
        seen.Add(await StandAsync());
        await running.AskAsync("DELETE", $"security-group-rules/{rule}");
        seen.Add(await StandAsync());
        await running.AskAsync("DELETE", $"security-groups/{web}");
        seen.Add(await StandAsync());
        await running.GroupAsync("web");
        seen.Add(await StandAsync());
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Null(seen[0]);

        await running.AskAsync(
            "POST", "security-groups", """{"security_group":{"name":"web"}}""", running.Cloud.Admin);

        Assert.Equal(seen[^1], await StandAsync());

        async Task<string?> StandAsync()
            => (await running.Cloud.App.Services.GetRequiredService<WatchedServers>().ListCardsAsync(
                running.Cloud.App.Services.GetRequiredService<ServiceSettings>().Host, Token))
                .SingleOrDefault()?.Stand;
    }

    private static FilterKeeper Keeper(Cloud cloud) => cloud.App.Services.GetRequiredService<FilterKeeper>();
}
