using Dapper;
using Kiroku.Actions;
using Kiroku.Actions.Feed;
using Kiroku.Storage;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Follows the feed of a store from its beginning, beside the services that write it, and keeps what was told last of
/// each action.
/// </summary>
internal sealed class FollowedFeed(IDatabase database)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly Dictionary<long, RecordedAction> told = [];
    private readonly ActionFeed feed = new(database);
    private FeedPosition? position;

    /// <summary>Reads on until there is nothing more to do but <paramref name="over"/>.</summary>
    public async Task FollowAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await ReadOnAsync();
            await Task.Delay(Pause, over).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>All actions that were told until now, in the order in which they were accepted.</summary>
    public IReadOnlyList<RecordedAction> Told => [.. told.OrderBy(one => one.Key).Select(one => one.Value)];

    /// <summary>
    /// Reads on until everything that is committed was told, and each action as ended. A service begins some actions
    /// by itself, so one may begin when none runs any more.
    /// </summary>
    public Task UntilRestAsync(TimeSpan? limit = null, Func<Task<string>>? explain = null) => Poll.UntilAsync(
        "the feed to tell the end of every action",
        async () =>
        {
            var isSettled = await IsSettledAsync();
            await ReadOnAsync();
            return isSettled && told.Values.All(one => one.Action.Outcome != Outcomes.Running);
        },
        limit, explain);

    /// <summary>
    /// Reads something that agrees with what was told: nothing began while it was read, not even by a service itself.
    /// </summary>
    public async Task<T> ReadAtRestAsync<T>(Func<Task<T>> read)
    {
        while (true)
        {
            await UntilRestAsync();
            var before = position;
            var found = await read();
            await UntilRestAsync();
            if (position == before)
                return found;
        }
    }

    /// <summary>Checks that each action was told as ended, with all its events.</summary>
    public static void AssertEnded(IEnumerable<RecordedAction> recorded) => Assert.All(recorded, one =>
    {
        Assert.False(one.Action.FinishTime is null || one.Action.Outcome == Outcomes.Running, $"{one.Action}");
        Assert.All(one.Events, record => Assert.False(record.FinishTime is null || record.Result is null, $"{one}"));
    });

    private async Task<bool> IsSettledAsync() => await database.ReadAsync(
        connection => connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM records WHERE position >= (SELECT horizon FROM feed_now)"), default) == 0;

    private async Task ReadOnAsync()
    {
        while (await feed.ReadAsync(position, 100, default) is { Entries.Count: > 0 } page)
        {
            foreach (var entry in page.Entries)
                told[entry.Recorded.Action.Id] = entry.Recorded;
            position = page.Next;
        }
    }
}
