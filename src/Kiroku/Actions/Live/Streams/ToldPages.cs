using Kiroku.Access;
using Kiroku.Actions.Feed;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Actions.Live.Streams;

/// <summary>
/// Reads changes from the store, for streams that are behind, and finds the names that documents have.
/// </summary>
internal sealed class ToldPages(ActionFeed feed, LiveRecord record, IDatabase database, IUserNames users)
    : IDisposable
{
    /// <summary>The problem that a position of another store is.</summary>
    public const string PositionGone = StreamEnd.PositionGone;

    /// <summary>Small, because a stream whose client reads slowly holds a page meanwhile.</summary>
    private const int PageSize = 64;

    /// <summary>However many streams are behind, they leave most of the store's readers to requests.</summary>
    private readonly SemaphoreSlim reading = new(2);

    /// <summary>The position from which a stream begins: now, or the one that it asks for.</summary>
    /// <exception cref="Fault">410: the position is of another store, or of this one before it was restored; 400: it
    /// lies in the future.</exception>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<FeedPosition> BeginAsync(FeedPosition? after, CancellationToken cancellationToken)
    {
        if (after is null)
            return await feed.NowAsync(cancellationToken);
        try
        {
            await feed.ReadAsync(after, 1, cancellationToken);
            return after;
        }
        catch (FeedGoneException)
        {
            var now = await feed.NowAsync(cancellationToken);
            throw now.Generation == after.Generation
                ? StreamRequest.Refuse("The position lies in the future.")
                : Gone();
        }
    }

    /// <summary>The next changes after a position.</summary>
    /// <param name="after">The position.</param>
    /// <param name="project">The project whose servers' actions are told; null for those of all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FeedGoneException">The position belongs to another state of the store.</exception>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<ToldPage> ReadAsync(
        FeedPosition after, string? project, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            var page = await feed.ReadAsync(after, PageSize, cancellationToken);
            var entries = page.Entries.Where(
                entry => project is null || entry.Recorded.Action.OwnerId == project).ToList();
            return new ToldPage(
                await DescribeAsync(entries, cancellationToken), page.Next, page.Entries.Count < PageSize);
        }
        finally
        {
            reading.Release();
        }
    }

    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<ToldAction>> DescribeAsync(
        IReadOnlyList<FeedEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return [];
        var recorded = entries.Select(entry => entry.Recorded).ToList();
        var live = await database.ReadOneAsync(
            connection => record.DescribeAsync(connection, recorded), cancellationToken);
        var names = await users.FindNamesAsync(live, cancellationToken);
        return [.. entries.Zip(live, (entry, action) => new ToldAction(action, entry.Position, names))];
    }

    public void Dispose() => reading.Dispose();

    private static Fault Gone() => new(
        StatusCodes.Status410Gone,
        "The position is of another store, or of this one before it was restored: list the actions and go on from the "
        + "list's position.")
    {
        Type = PositionGone,
    };
}
