using Kiroku.Actions.Feed;
using Kiroku.Storage;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Events;

/// <summary>
/// Has this process make events, whenever it has the turn and there is somebody to tell; otherwise nothing is read and
/// nobody follows the feed.
/// </summary>
internal sealed partial class EventDuty(
    SubscriptionStore subscriptions, EventReader reader, WebhookTurn turn, FeedFollower follower,
    WebhookSignals signals, ILogger<EventDuty> logger) : BackgroundService, IFeedListener
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private IDisposable? following;

    /// <summary>Whether anybody wants to know more than the ends of actions.</summary>
    private volatile bool wantsAll;

    /// <summary>Whether the feed was given up, and is to be followed anew.</summary>
    private volatile bool gaveUp;

    public string Kind => "webhooks";

    public void Tell(FeedPage page)
    {
        if (wantsAll || page.Entries.Any(entry => entry.Recorded.Action.FinishTime is not null))
            signals.Feed.Set();
    }

    public void GiveUp(FeedGoneException reason)
    {
        gaveUp = true;
        signals.Feed.Set();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (await WorkAsync(stoppingToken))
                    continue;
                // Alone, whatever changes is told, but not that the store has room again.
                await signals.Feed.WaitAsync(
                    turn.IsShared || turn.IsStoreFull ? WebhookTurn.Interval : Timeout.InfiniteTimeSpan,
                    stoppingToken);
            }
#pragma warning disable CA1031 // The edge of the loop.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(e);
                reader.Forget();
                await Task.Delay(PauseAfterFailure, stoppingToken);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await turn.LeaveAsync(cancellationToken);
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            // Then it ends by itself.
        }
    }

    /// <returns>Whether there may be more to do at once.</returns>
    private async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        var told = await subscriptions.ListEnabledAsync(cancellationToken);
        if (told.Count == 0 || !await turn.HasAsync(cancellationToken))
        {
            following?.Dispose();
            following = null;
            reader.Forget();
            return false;
        }
        if (gaveUp)
            (gaveUp, following) = (false, null);
        wantsAll = told.Any(subscription => subscription.Events != EventKinds.Ended);
        // From now on every change wakes: none is missed between the reading and the wait.
        following ??= await follower.FollowAsync(this, cancellationToken);
        return !turn.IsStoreFull && await reader.ReadAsync(told, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Events cannot be made; it is tried again")]
    private partial void LogFailed(Exception exception);
}
