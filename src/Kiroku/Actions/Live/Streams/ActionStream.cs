using Kiroku.Actions.Feed;
using Kiroku.Storage;

namespace Kiroku.Actions.Live.Streams;

/// <summary>One stream: tells its client what comes after its cursor, and from time to time how far that is.</summary>
internal sealed class ActionStream(
    StreamRequest asked, StreamWatch watch, StreamOutlet outlet, StreamCursor cursor)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Tells until the stream has to end, and says so.</summary>
    /// <param name="ending">Fires when the service ends.</param>
    /// <param name="cancellationToken">Fires then, and when the client has gone.</param>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    /// <exception cref="CutOffException">The client does not read.</exception>
    public async Task RunAsync(CancellationToken ending, CancellationToken cancellationToken)
    {
        await outlet.BeginAsync();
        await outlet.BookmarkAsync(cursor.Position);
        string reason;
        try
        {
            reason = await TellAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            reason = StreamEnd.Stopping;
        }
        await outlet.EndAsync(cursor.Position, reason);
    }

    /// <returns>Why the stream ends.</returns>
    private async Task<string> TellAsync(CancellationToken cancellationToken)
    {
        while (!cursor.IsOver)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (watch.IsDue && await LookAsync(cancellationToken) is { } reason)
                return reason;
            try
            {
                await StepAsync(cancellationToken);
            }
            catch (FeedGoneException)
            {
                break;
            }
            catch (StorageException)
            {
                // If the store stays away, the next look ends the stream.
                await watch.WaitAsync(Task.Delay(PauseAfterFailure, cancellationToken), cancellationToken);
            }
        }
        return StreamEnd.PositionGone;
    }

    /// <summary>Checks whether the stream may go on, and tells how far it is.</summary>
    private async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        var reason = await watch.CheckAsync(cancellationToken);
        if (reason is null)
            await outlet.BookmarkAsync(cursor.Position);
        return reason;
    }

    /// <summary>Tells what comes next, or waits for it.</summary>
    private async Task StepAsync(CancellationToken cancellationToken)
    {
        // Asked for before what is there is looked at, so that nothing comes unnoticed in between.
        var changed = cursor.Changed;
        if (await cursor.NextAsync(asked.ProjectOf(watch.Caller), cancellationToken) is { } next)
            await TellAsync(next, cancellationToken);
        else if (!cursor.IsOver)
            await watch.WaitAsync(changed, cancellationToken);
    }

    private async Task TellAsync(ToldPage page, CancellationToken cancellationToken)
    {
        foreach (var told in page.Told.Where(told => told.Position.IsAfter(cursor.Position)))
        {
            // However slowly the client reads a page, nothing of it is told on a token of the past.
            if (watch.IsDue || cancellationToken.IsCancellationRequested)
                return;
            if (asked.Tells(told.Live, watch.Caller))
                await outlet.TellAsync(told.Position, told.Write(watch.Onlooker));
            cursor.Pass(told);
        }
        cursor.Pass(page);
        await outlet.FlushAsync();
    }
}
