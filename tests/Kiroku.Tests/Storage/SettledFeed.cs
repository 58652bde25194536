using Dapper;
using Kiroku.Actions.Feed;
using Kiroku.Storage;

namespace Kiroku.Tests.Storage;

/// <summary>
/// The feed, read once it tells all that is committed. PostgreSQL tells nothing beyond the oldest transaction of the
/// whole server, and other tests have transactions there, too.
/// </summary>
internal sealed class SettledFeed(IDatabase database)
{
    private const string Untold = "SELECT COUNT(*) FROM records WHERE position >= (SELECT horizon FROM feed_now)";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ActionFeed feed = new(database);

    public async Task<FeedPosition> NowAsync(CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        return await feed.NowAsync(cancellationToken);
    }

    public async Task<FeedPage> ReadAsync(FeedPosition? after, int most, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        return await feed.ReadAsync(after, most, cancellationToken);
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (await database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>(Untold), limit.Token) > 0)
            await Task.Delay(10, limit.Token);
    }
}
