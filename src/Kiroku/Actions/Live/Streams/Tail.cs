using Kiroku.Actions.Feed;

namespace Kiroku.Actions.Live.Streams;

/// <summary>
/// The feed's end, followed once for all streams. What comes in quick succession is told together, and of an action
/// that changed several times meanwhile only its latest state.
/// </summary>
internal sealed partial class Tail(ToldPages pages, int kept, ILogger<Tail> logger) : IFeedListener, IAsyncDisposable
{
    private const int MostAtOnce = 500;

    /// <summary>Hundreds of streams are woken together, so not for each change.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock changing = new();
    private readonly Dictionary<long, FeedEntry> waiting = [];
    private readonly Signal came = new();
    private readonly CancellationTokenSource over = new();
    private FeedPosition? missed;
    private Task working = Task.CompletedTask;
    private IDisposable? following;

    public string Kind => "streams";

    public RecentChanges Recent { get; } = new(kept);

    /// <summary>The streams that this is followed for.</summary>
    public int Streams { get; set; }

    /// <summary>Begins: each change that a read may miss which begins after this has returned comes to <see
    /// cref="Recent"/>, or is noted as missed there.</summary>
    public async Task BeginAsync(FeedFollower follower, CancellationToken cancellationToken)
    {
        following = await follower.FollowAsync(this, cancellationToken);
        working = WorkAsync(over.Token);
    }

    public void Tell(FeedPage page)
    {
        lock (changing)
        {
            foreach (var entry in page.Entries)
                waiting[entry.Recorded.Action.Id] = entry;
            // The store is slow to find the names.
            if (waiting.Count > Math.Max(kept, MostAtOnce))
            {
                waiting.Clear();
                missed = page.Next;
            }
        }
        came.Set();
    }

    public void GiveUp(FeedGoneException reason) => Recent.End();

    public async ValueTask DisposeAsync()
    {
        following?.Dispose();
        await over.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.Dispose();
        came.Dispose();
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await came.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
            foreach (var entries in Take().Chunk(MostAtOnce))
                await AddAsync(entries, cancellationToken);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task AddAsync(FeedEntry[] entries, CancellationToken cancellationToken)
    {
        var last = entries[^1].Position;
        try
        {
            Recent.Add(new ToldPage(await pages.DescribeAsync(entries, cancellationToken), last));
        }
#pragma warning disable CA1031 // The edge of the loop. Streams read the store themselves, and then say what is wrong.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(e);
            Recent.Miss(last);
        }
    }

    /// <summary>What has come, in the order of the feed.</summary>
    private List<FeedEntry> Take()
    {
        lock (changing)
        {
            if (missed is { } position)
                Recent.Miss(position);
            missed = null;
            var taken = waiting.Values.OrderBy(entry => entry.Position.Number).ThenBy(entry => entry.Position.Id)
                .ToList();
            waiting.Clear();
            return taken;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Changes cannot be told to streams at once; each reads the store instead")]
    private partial void LogFailed(Exception exception);
}
