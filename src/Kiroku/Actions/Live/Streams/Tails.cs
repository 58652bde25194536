using Kiroku.Actions.Feed;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions.Live.Streams;

/// <summary>Has all streams share one <see cref="Tail"/>, which is there as long as there are any.</summary>
internal sealed class Tails(
    FeedFollower follower, ToldPages pages, IOptions<StreamOptions> options, ILogger<Tail> logger) : IDisposable
{
    private readonly SemaphoreSlim changing = new(1);
    private Tail? current;

    /// <summary>Joins those who follow the feed's end, until what is returned is disposed of.</summary>
    public async Task<Share> JoinAsync(CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            // One that is over has streams which are about to end.
            if (current is not { Recent.IsOver: false })
                current = await BeginAsync(cancellationToken);
            current.Streams++;
            return new Share(this, current);
        }
        finally
        {
            changing.Release();
        }
    }

    public void Dispose() => changing.Dispose();

    private async Task<Tail> BeginAsync(CancellationToken cancellationToken)
    {
        var tail = new Tail(pages, options.Value.KeptChanges, logger);
        try
        {
            await tail.BeginAsync(follower, cancellationToken);
            return tail;
        }
        catch
        {
            await tail.DisposeAsync();
            throw;
        }
    }

    private async ValueTask LeaveAsync(Tail tail)
    {
        await changing.WaitAsync(CancellationToken.None);
        try
        {
            if (--tail.Streams > 0)
                return;
            if (current == tail)
                current = null;
            await tail.DisposeAsync();
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>A stream's share of the tail.</summary>
    internal sealed class Share(Tails tails, Tail tail) : IAsyncDisposable
    {
        public RecentChanges Recent => tail.Recent;

        public ValueTask DisposeAsync() => tails.LeaveAsync(tail);
    }
}
