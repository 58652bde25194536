using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions.Feed;

/// <summary>
/// The changes of all actions in one order. Each change (begun, attempt begun, attempt ended, ended) gives its action a
/// new position. Reading on from a position tells every action that has changed since, in its latest state, at least
/// once, and misses none, whatever the order in which transactions were committed. An action that retention has
/// removed is not told any more.
/// </summary>
internal sealed class ActionFeed(IDatabase database)
{
    /// <summary>The position at which only what changes from now on is told.</summary>
    public Task<FeedPosition> NowAsync(CancellationToken cancellationToken)
        => database.ReadAsync(NowAsync, cancellationToken);

    /// <summary>
    /// The same for the state that the caller's transaction sees: reading on tells all that it does not.
    /// </summary>
    public static async Task<FeedPosition> NowAsync(DbConnection connection)
    {
        var (generation, horizon) = await LookAsync(connection);
        var last = await connection.ExecuteScalarAsync<long>(
            "SELECT COALESCE(MAX(position), 0) FROM records WHERE position > 0 AND position < @horizon",
            new { horizon });
        return new FeedPosition(generation, last, long.MaxValue);
    }

    /// <summary>The id of the action that was accepted last; 0 if there is none.</summary>
    public static Task<long> NewestActionAsync(DbConnection connection)
        => connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM records");

    /// <summary>
    /// The actions that changed after a position, or since the feed's beginning, oldest change first.
    /// </summary>
    /// <exception cref="FeedGoneException">
    /// The position belongs to another generation of the store, or to a later state than that to which it was restored.
    /// </exception>
    public Task<FeedPage> ReadAsync(FeedPosition? after, int most, CancellationToken cancellationToken)
        => database.ReadAsync(async connection =>
        {
            var (generation, horizon) = await LookAsync(connection);
            if (after is not null && (after.Generation != generation || after.Number >= horizon))
                throw new FeedGoneException();
            after ??= new FeedPosition(generation, 0, 0);
            var changed = await RecordRows.ListChangedAsync(connection, (after.Number, after.Id), most);
            var told = changed.ConvertAll(change => new FeedEntry(
                change, new FeedPosition(generation, change.Action.Position, change.Action.Id)));
            return new FeedPage(told, told.Count > 0 ? told[^1].Position : after);
        }, cancellationToken);

    /// <summary>The generation, and the first position that was not given out, or must not be told yet.</summary>
    private static Task<(string Generation, long Horizon)> LookAsync(DbConnection connection)
        => connection.QuerySingleAsync<(string, long)>("SELECT generation, horizon FROM feed_now");
}

/// <summary>An action that has changed, in its latest state, and the position of that change.</summary>
internal sealed record FeedEntry(RecordedAction Recorded, FeedPosition Position);

/// <summary>A page of the feed, and the position to read on from.</summary>
internal sealed record FeedPage(IReadOnlyList<FeedEntry> Entries, FeedPosition Next);

/// <summary>The position is none of this store, at least not any more.</summary>
internal sealed class FeedGoneException() : Exception("The store was restored or copied since that position.");
