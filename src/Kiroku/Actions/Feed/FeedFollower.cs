using System.Diagnostics;
using Kiroku.Storage;

namespace Kiroku.Actions.Feed;

/// <summary>
/// Reads the feed for everybody in this process who follows it, once for all, from when the first one comes until the
/// last one has gone. What this process writes is told at once; what other processes write to a shared store, within a
/// tenth of a second.
/// </summary>
internal sealed partial class FeedFollower(
    ActionFeed feed, IDatabase database, ILogger<FeedFollower> logger, FeedMeters? meters = null,
    TimeProvider? time = null) : BackgroundService
{
    private const int PageSize = 500;

    /// <summary>What is written in quick succession is read together.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait for a hint that something was written.</summary>
    private readonly TimeSpan period = TimeSpan.FromMilliseconds(database.IsShared ? 100 : 1000);

    private readonly FeedMeters? meters = meters;
    private readonly Lock changing = new();
    private readonly HashSet<IFeedListener> listeners = [];
    private readonly Signal came = new();
    private TaskCompletionSource begun = NewSource();

    /// <summary>
    /// Tells a listener of every change that a read may miss that begins after this has returned. Changes that such a
    /// read sees may be told as well.
    /// </summary>
    /// <returns>Ends the following when it is disposed of.</returns>
    public async Task<IDisposable> FollowAsync(IFeedListener listener, CancellationToken cancellationToken)
    {
        Task ready;
        lock (changing)
        {
            if (listeners.Add(listener))
                meters?.Came(listener.Kind);
            ready = begun.Task;
        }
        came.Set();
        var following = new Following(this, listener);
        try
        {
            await ready.WaitAsync(cancellationToken);
            return following;
        }
        catch
        {
            following.Dispose();
            throw;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await came.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
            await FollowAsync(stoppingToken);
        }
    }

    /// <summary>Follows the feed until nobody listens.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        FeedPosition? position = null;
        while (!HasEnded())
        {
            try
            {
                position ??= await feed.NowAsync(cancellationToken);
                begun.TrySetResult();
                var page = await ReadAsync(position, cancellationToken);
                Tell(page);
                position = page.Next;
                if (page.Entries.Count == PageSize)
                    continue;
                await Task.Delay(Pause, cancellationToken);
                await database.Written.WaitAsync(period, cancellationToken);
            }
            catch (FeedGoneException e)
            {
                position = null;
                GiveUp(e);
            }
#pragma warning disable CA1031 // The edge of the loop.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(e);
                await Task.Delay(PauseAfterFailure, cancellationToken);
            }
        }
    }

    private async Task<FeedPage> ReadAsync(FeedPosition position, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var page = await feed.ReadAsync(position, PageSize, cancellationToken);
        meters?.Read(Stopwatch.GetElapsedTime(began));
        return page;
    }

    private bool HasEnded()
    {
        lock (changing)
        {
            if (listeners.Count > 0)
                return false;
            begun = NewSource();
            return true;
        }
    }

    private void Tell(FeedPage page)
    {
        if (page.Entries.Count == 0)
            return;
        // Within the lock, so that nobody is told any more who has left.
        lock (changing)
        {
            foreach (var listener in listeners)
                listener.Tell(page);
        }
        meters?.Told(page, (time ?? TimeProvider.System).UtcNow());
    }

    /// <summary>Whoever comes from now on follows the new generation.</summary>
    private void GiveUp(FeedGoneException reason)
    {
        lock (changing)
        {
            foreach (var listener in listeners)
            {
                listener.GiveUp(reason);
                meters?.Left(listener.Kind);
            }
            listeners.Clear();
            begun = NewSource();
        }
    }

    public override void Dispose()
    {
        came.Dispose();
        base.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "The feed cannot be read; it is tried again")]
    private partial void LogFailed(Exception exception);

    private sealed class Following(FeedFollower follower, IFeedListener listener) : IDisposable
    {
        public void Dispose()
        {
            lock (follower.changing)
            {
                if (follower.listeners.Remove(listener))
                    follower.meters?.Left(listener.Kind);
            }
        }
    }
}

/// <summary>Somebody who follows the feed; called under a lock, so it only takes note.</summary>
internal interface IFeedListener
{
    /// <summary>What kind of listener it is, for metrics: one of a few words.</summary>
    string Kind => "other";

    void Tell(FeedPage page);

    /// <summary>Nothing more is told: the store was restored or copied.</summary>
    void GiveUp(FeedGoneException reason);
}
