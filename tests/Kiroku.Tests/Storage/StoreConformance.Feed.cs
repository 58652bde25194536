using Dapper;
using Kiroku.Actions;
using Kiroku.Actions.Feed;
using Kiroku.Tests.Actions;

namespace Kiroku.Tests.Storage;

/// <summary>The feed of changes.</summary>
public abstract partial class StoreConformance
{
    private SettledFeed Feed => new(Database);

    [Fact]
    public async Task The_feed_tells_each_action_in_its_latest_state_and_again_when_it_changes()
    {
        var (server, running) = await WithOpenEventAsync();
        var begun = await Feed.ReadAsync(null, 10, Token);
        var told = Assert.Single(begun.Entries).Recorded;
        Assert.Equal((running.RequestId, Outcomes.Running, "step"),
            (told.Action.RequestId, told.Action.Outcome, Assert.Single(told.Events).Event));
        Assert.Empty((await Feed.ReadAsync(begun.Next, 10, Token)).Entries);

        await Servers.EndActionAsync(
            server, known: null, With(running, Event("step")).End(Outcomes.Failed, Now.AddSeconds(2)), Token);

        var ended = Assert.Single((await Feed.ReadAsync(begun.Next, 10, Token)).Entries).Recorded;
        Assert.Equal((running.RequestId, Outcomes.Failed), (ended.Action.RequestId, ended.Action.Outcome));
    }

    [Fact]
    public async Task Pages_of_the_feed_lie_side_by_side()
    {
        await AddHistoryAsync(7);
        var pages = new List<FeedPage> { await Feed.ReadAsync(null, 3, Token) };
        while (pages[^1].Entries.Count > 0)
            pages.Add(await Feed.ReadAsync(Parsed(pages[^1].Next), 3, Token));
        Assert.Equal([3, 3, 1, 0], pages.Select(page => page.Entries.Count));
        Assert.Equal(Enumerable.Range(1, 7).Select(number => $"req-{number}"),
            pages.SelectMany(page => page.Entries).Select(entry => entry.Recorded.Action.RequestId));
    }

    [Fact]
    public async Task From_now_on_only_what_changes_later_is_told()
    {
        var server = await AddHistoryAsync(3);
        var now = await Feed.NowAsync(Token);
        Assert.Empty((await Feed.ReadAsync(now, 10, Token)).Entries);
        await LongHistory.AddActionsAsync(Database, server, 4, 2, Now);
        Assert.Equal(["req-4", "req-5"],
            (await Feed.ReadAsync(now, 10, Token)).Entries.Select(entry => entry.Recorded.Action.RequestId));
    }

    [Fact]
    public async Task A_position_of_another_generation_or_of_the_future_is_gone()
    {
        await AddHistoryAsync(1);
        var next = (await Feed.ReadAsync(null, 10, Token)).Next;
        await Assert.ThrowsAsync<FeedGoneException>(
            () => Feed.ReadAsync(next with { Generation = "another" }, 10, Token));
        await Assert.ThrowsAsync<FeedGoneException>(
            () => Feed.ReadAsync(next with { Number = long.MaxValue }, 10, Token));
    }

    [Fact]
    public async Task The_generation_stays_as_long_as_the_store_is_the_same()
    {
        await AddHistoryAsync(1);
        var next = (await Feed.ReadAsync(null, 10, Token)).Next;
        Reopen();
        await AddHistoryAsync(1);
        Assert.Single((await Feed.ReadAsync(next, 10, Token)).Entries);
    }

    [Fact]
    public async Task A_reader_misses_no_change_of_many_writers()
    {
        const int Writers = 8, Each = 40;
        var servers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => AddHistoryAsync(0)));
        var writing = Task.WhenAll(servers.Select(server => Task.Run(async () =>
        {
            for (var number = 1; number <= Each; number++)
                await LongHistory.AddActionsAsync(Database, server, number, 1, Now);
        }, Token)));
        var told = new HashSet<(Guid, string)>();
        FeedPosition? position = null;
        while (told.Count < Writers * Each)
        {
            var isLast = writing.IsCompleted;
            var page = isLast
                ? await Feed.ReadAsync(position, 25, Token)
                : await new ActionFeed(Database).ReadAsync(position, 25, Token);
            told.UnionWith(page.Entries.Select(entry => entry.Recorded.Action)
                .Select(action => (action.ServerId, action.RequestId)));
            position = page.Next;
            Assert.False(isLast && page.Entries.Count == 0, $"only {told.Count} were told");
        }
        await writing;
    }

    [Fact]
    public async Task What_a_write_that_failed_had_changed_is_not_told()
    {
        var server = await AddHistoryAsync(1);
        var next = (await Feed.ReadAsync(null, 10, Token)).Next;
        await Assert.ThrowsAsync<InvalidOperationException>(() => Database.WriteAsync<int>(async connection =>
        {
            await connection.ExecuteAsync(
                "UPDATE records SET position = next_position() WHERE server = @server",
                new { server = CompactId.Of(server) });
            throw new InvalidOperationException();
        }, Token));
        Assert.Empty((await Feed.ReadAsync(next, 10, Token)).Entries);
    }

    private static FeedPosition Parsed(FeedPosition position)
        => FeedPosition.TryParse($"{position}", out var parsed) ? parsed : throw new FormatException($"{position}");

    private async Task<Guid> AddHistoryAsync(int actions)
    {
        var server = Guid.NewGuid();
        await LongHistory.AddServerAsync(Database, server, Now);
        await LongHistory.AddActionsAsync(Database, server, 1, actions, Now);
        return server;
    }
}
