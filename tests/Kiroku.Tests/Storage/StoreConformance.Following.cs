using Kiroku.Actions.Feed;
using Kiroku.Actions.Live;
using Kiroku.Tests.Actions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Net.Http.Headers;

namespace Kiroku.Tests.Storage;

/// <summary>Following the feed: one reading of it for all.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Everybody_who_follows_is_told_of_each_action()
    {
        var server = await AddHistoryAsync(0);
        using var follower = await StartFollowerAsync();
        var listeners = Enumerable.Range(0, 100).Select(_ => new FeedListener()).ToList();
        var following = await Task.WhenAll(listeners.Select(listener => follower.FollowAsync(listener, Token)));
        await LongHistory.AddActionsAsync(Database, server, 1, 20, Now);
        foreach (var listener in listeners)
            await listener.HasAsync(server, "req-20", Token);
        Assert.All(listeners, listener => Assert.Equal(20, listener.Told.Distinct().Count()));
        Array.ForEach(following, one => one.Dispose());
        await follower.StopAsync(Token);
    }

    [Fact]
    public async Task An_action_that_a_read_misses_after_the_following_began_is_told()
    {
        var server = await AddHistoryAsync(0);
        using var follower = await StartFollowerAsync();
        for (var number = 1; number <= 50; number++)
        {
            var request = $"req-{number}";
            var writing = Task.Run(() => LongHistory.AddActionsAsync(Database, server, number, 1, Now), Token);
            var listener = new FeedListener();
            using (await follower.FollowAsync(listener, Token))
            {
                if (await Actions.FindAsync(server, request, Token) is null)
                    await listener.HasAsync(server, request, Token);
            }
            await writing;
        }
        await follower.StopAsync(Token);
    }

    [Fact]
    public async Task Whoever_has_left_is_told_no_more()
    {
        var server = await AddHistoryAsync(0);
        using var follower = await StartFollowerAsync();
        var (left, stays) = (new FeedListener(), new FeedListener());
        using (await follower.FollowAsync(stays, Token))
        {
            (await follower.FollowAsync(left, Token)).Dispose();
            await LongHistory.AddActionsAsync(Database, server, 1, 1, Now);
            await stays.HasAsync(server, "req-1", Token);
        }
        Assert.Empty(left.Told);
        await follower.StopAsync(Token);
    }

    /// <summary>The end of the service comes after the following began, when the action is read again.</summary>
    [Fact]
    public async Task The_end_of_the_service_ends_waits()
    {
        await AddHistoryAsync(1);
        using var follower = await StartFollowerAsync();
        using var lifetime = new Lifetime();
        using var waits = new ActionWaits(follower, TimeProvider.System, lifetime);
        var reads = 0;
        var shown = await waits.WaitAsync(
            (Guid.NewGuid(), "req-1"), Waits("wait=60"), () =>
            {
                if (++reads == 2)
                    lifetime.StopApplication();
                return Task.FromResult(new ShownAction([(byte)reads], Done: false, EntityTagHeaderValue.Any));
            }, Token);
        Assert.Equal((3, false), (shown.Body[0], shown.Done));
        await follower.StopAsync(Token);
    }

    [Fact]
    public async Task A_wait_ends_when_its_time_is_up()
    {
        await AddHistoryAsync(1);
        using var follower = await StartFollowerAsync();
        using var lifetime = new Lifetime();
        var time = new FakeTimeProvider();
        using var waits = new ActionWaits(follower, time, lifetime);
        var reads = 0;
        var shown = await waits.WaitAsync(
            (Guid.NewGuid(), "req-1"), Waits("wait=60"), () =>
            {
                if (++reads == 2)
                    time.Advance(TimeSpan.FromSeconds(60));
                return Task.FromResult(new ShownAction([(byte)reads], Done: false, EntityTagHeaderValue.Any));
            }, Token);
        Assert.Equal((3, false), (shown.Body[0], shown.Done));
        await follower.StopAsync(Token);
    }

    private static WaitRequest Waits(string prefer)
        => new(new DefaultHttpContext { Request = { Headers = { ["Prefer"] = prefer } } }.Request);

    private async Task<FeedFollower> StartFollowerAsync()
    {
        var follower = new FeedFollower(new ActionFeed(Database), Database, NullLogger<FeedFollower>.Instance);
        await follower.StartAsync(Token);
        return follower;
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => stopping.Cancel();

        public void Dispose() => stopping.Dispose();
    }
}
