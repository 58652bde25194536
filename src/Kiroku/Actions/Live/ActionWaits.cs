using Kiroku.Actions.Feed;

namespace Kiroku.Actions.Live;

/// <summary>
/// Lets requests wait for an action. All of them together read the feed once, and each reads its action again when that
/// has changed.
/// </summary>
internal sealed class ActionWaits(FeedFollower follower, TimeProvider time, IHostApplicationLifetime lifetime)
    : IDisposable
{
    /// <summary>
    /// However many wait for one action, they leave most of the store's readers to other requests when it changes.
    /// </summary>
    private readonly SemaphoreSlim reading = new(4);

    /// <summary>
    /// Reads an action until it is as the request wants it, the time is up, or the service ends.
    /// </summary>
    /// <returns>The action as it was read last.</returns>
    public async Task<ShownAction> WaitAsync(
        (Guid Server, string Request) action, WaitRequest asked, Func<Task<ShownAction>> read,
        CancellationToken cancellationToken)
    {
        var shown = await read();
        if (asked.Longest is not { } longest || longest == TimeSpan.Zero || asked.IsFulfilledBy(shown))
            return shown;
        using var timer = new CancellationTokenSource(longest, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            timer.Token, lifetime.ApplicationStopping, cancellationToken);
        try
        {
            while (true)
            {
                using var changes = new ActionChanges(action.Server, action.Request);
                using var following = await follower.FollowAsync(changes, limit.Token);
                do
                {
                    shown = await ReadAsync(read, limit.Token);
                    if (asked.IsFulfilledBy(shown))
                        return shown;
                }
                while (await changes.NextAsync(limit.Token));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The feed may be late, as behind a long transaction.
            return await ReadAsync(read, cancellationToken);
        }
    }

    public void Dispose() => reading.Dispose();

    private async Task<ShownAction> ReadAsync(Func<Task<ShownAction>> read, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            return await read();
        }
        finally
        {
            reading.Release();
        }
    }
}
