using Kiroku.Actions.Feed;

namespace Kiroku.Actions.Live;

/// <summary>Waits for changes of one action.</summary>
internal sealed class ActionChanges(Guid server, string request) : IFeedListener, IDisposable
{
    private readonly Signal changed = new();

    private volatile bool isOver;

    public string Kind => "wait";

    /// <summary>Completes at the next change, or at once after one since the last call.</summary>
    /// <returns>False if the feed was given up: follow it anew, and look at the action first.</returns>
    public async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        await changed.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        return !isOver;
    }

    public void Tell(FeedPage page)
    {
        if (page.Entries.Any(entry => entry.Recorded.Action is var action
            && action.ServerId == server && action.RequestId == request))
            changed.Set();
    }

    public void GiveUp(FeedGoneException reason)
    {
        isOver = true;
        changed.Set();
    }

    public void Dispose() => changed.Dispose();
}
