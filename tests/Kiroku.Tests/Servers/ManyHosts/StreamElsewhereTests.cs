using Kiroku.Tests.Actions.Live.Streams;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Streams at other nodes than those at which something happens.</summary>
public sealed class StreamElsewhereTests : IAsyncLifetime
{
    private const string Reboot = """{"reboot":{"type":"HARD"}}""";
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync()
        => cloud = await HostsCloud.StartAsync(3, Cloud.Unwatched, StreamCloud.Bookmarks);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task Any_node_tells_what_all_nodes_do()
    {
        var streams = await Task.WhenAll(cloud.Nodes.Select(node => FollowAsync(node)));
        foreach (var host in new[] { "a", "b", "c" })
        {
            var server = await cloud.CreateServerAsync(host);
            var request = (await cloud.DoAsync(server, Reboot)).Action.RequestId;
            foreach (var stream in streams)
                StreamClient.AssertInOrder(await stream.UntilEndedAsync(request));
        }
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task Who_goes_on_at_another_node_after_a_kill_is_told_each_end_once()
    {
        var server = await cloud.CreateServerAsync("a");
        var (told, requests, last) = (new List<StreamItem>(), new List<string>(), $"{await NowAsync()}");
        foreach (var name in new[] { "b", "c", "b" })
        {
            await using (var stream = await FollowAsync(cloud[name], last))
            {
                requests.Add((await cloud.DoAsync(server, Reboot)).Action.RequestId);
                told.AddRange(await stream.UntilEndedAsync(requests[^1]));
                await cloud.KillAsync(name);
                requests.Add((await cloud.DoAsync(server, Reboot)).Action.RequestId);
                last = stream.Last;
            }
            await cloud.StartAsync(name);
        }
        await using var rest = await FollowAsync(cloud["a"], last);
        told.AddRange(await rest.UntilAsync(await NowAsync()));
        StreamClient.AssertInOrder(told);
        Assert.Equal(requests, told.Where(item => item.IsDone).Select(item => item.Request));
    }

    private Task<Kiroku.Actions.Feed.FeedPosition> NowAsync()
        => new SettledFeed(cloud["a"].Database).NowAsync(TestContext.Current.CancellationToken);

    /// <summary>Servers here are the administrator's.</summary>
    private Task<StreamClient> FollowAsync(HostNode node, string? last = null)
        => StreamClient.OpenAsync(cloud.Admin with { App = node.App }, lastEventId: last);
}
