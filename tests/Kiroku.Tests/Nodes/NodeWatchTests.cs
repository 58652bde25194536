using Dapper;
using Kiroku.Nodes;
using Kiroku.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Nodes;

public sealed class NodeWatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cluster_is_told_once_of_each_node_that_is_silent()
    {
        using var desk = await StartedAsync();
        await AddAsync(desk, "alive", OtherNodes.ForEver);
        await AddAsync(desk, "gone", OtherNodes.LongAgo);
        await desk.UntilAsync(() => Task.FromResult(desk.Dead.Count == 1));
        await AddAsync(desk, "later", OtherNodes.LongAgo);
        await desk.UntilAsync(() => Task.FromResult(desk.Dead.Count == 2));
        Assert.Equal(["127.0.0.1:1@gone", "127.0.0.1:1@later"], desk.Dead);
    }

    [Fact]
    public async Task A_cluster_that_did_not_listen_is_told_again()
    {
        using var desk = await StartedAsync();
        var failures = 0;
        desk.Telling = () =>
        {
            if (failures++ < 2)
                throw new InvalidOperationException();
        };
        await AddAsync(desk, "gone", OtherNodes.LongAgo);
        await desk.UntilAsync(() => Task.FromResult(desk.Dead.Count == 1));
        Assert.Equal(3, failures);
    }

    [Fact]
    public async Task A_node_that_left_in_good_order_is_not_reported_dead()
    {
        using var desk = await StartedAsync();
        await AddAsync(desk, "left", OtherNodes.LongAgo);
        await desk.Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE nodes SET silo = NULL WHERE name = 'left'"), Token);
        await AddAsync(desk, "zombie", OtherNodes.LongAgo);
        await desk.UntilAsync(() => Task.FromResult(desk.Dead.Count == 1));
        Assert.Equal(["127.0.0.1:1@zombie"], desk.Dead);
    }

    [Fact]
    public async Task The_previous_process_of_this_node_is_reported_dead_at_once()
    {
        using var desk = await NodeDesk.OpenAsync();
        await AddAsync(desk, "own", OtherNodes.LongAgo);
        await desk.Report.StartAsync(Token);
        await desk.Watch.StartAsync(Token);
        await desk.UntilAsync(() => Task.FromResult(desk.Dead.Count == 1));
        Assert.Equal(["127.0.0.1:1@own"], desk.Dead);
    }

    [Fact]
    public void While_the_store_is_away_and_shortly_after_silence_does_not_count()
    {
        var time = new FakeTimeProvider();
        var silence = new Silence(time);
        Assert.True(silence.IsMeaningful);
        silence.NoteTrouble();
        time.Advance(Node.Lifetime - TimeSpan.FromSeconds(1));
        Assert.False(silence.IsMeaningful);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(silence.IsMeaningful);
    }

    [Fact]
    public async Task While_the_store_is_away_its_nodes_know_that_they_cannot_be_heard()
    {
        using var desk = await StartedAsync();
        desk.Database.Around = _ => throw new Kiroku.Storage.StorageException("away");
        await desk.UntilAsync(() => Task.FromResult(!desk.Silence.IsMeaningful));
        desk.Database.Around = _ => Task.CompletedTask;
        await desk.UntilAsync(() => Task.FromResult(desk.Silence.IsMeaningful));
    }

    private static async Task<NodeDesk> StartedAsync()
    {
        var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        await desk.Watch.StartAsync(Token);
        return desk;
    }

    private static async Task AddAsync(NodeDesk desk, string name, string seenAt)
    {
        await desk.Nodes.TakeAsync(OtherNodes.Of(name), Token);
        await OtherNodes.SetSeenAsync(desk.Database, name, seenAt);
    }
}
