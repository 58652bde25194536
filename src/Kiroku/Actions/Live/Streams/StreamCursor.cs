using Kiroku.Actions.Feed;
using Kiroku.Storage;

namespace Kiroku.Actions.Live.Streams;

/// <summary>
/// A stream's place in the feed, which is all that is kept of it. As long as it is behind, it reads the store, and then
/// takes what all streams share.
/// </summary>
internal sealed class StreamCursor(ToldPages pages, RecentChanges recent, FeedPosition begin)
{
    private bool isBehind = true;

    /// <summary>Where everything was told up to.</summary>
    public FeedPosition Position { get; private set; } = begin;

    /// <summary>Whether the store is another one now.</summary>
    public bool IsOver => recent.IsOver;

    /// <summary>Completes when something comes after now.</summary>
    public Task Changed => recent.Changed;

    /// <summary>What comes next; null if there is nothing yet. It may begin with what was told already.</summary>
    /// <param name="project">The project whose servers' actions are told; null for those of all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FeedGoneException">The store is another one now.</exception>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async Task<ToldPage?> NextAsync(string? project, CancellationToken cancellationToken)
    {
        if (!isBehind && recent.TryFind(Position, out var next))
            return next;
        // What was shared when this reading began, and is not in it, will be shared later.
        isBehind = true;
        return await pages.ReadAsync(Position, project, cancellationToken);
    }

    public void Pass(ToldAction told) => Position = told.Position;

    public void Pass(ToldPage page)
    {
        Position = page.Next;
        isBehind = isBehind && !page.IsLast;
    }
}
