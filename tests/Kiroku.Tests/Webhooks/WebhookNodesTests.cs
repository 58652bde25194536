using Dapper;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Servers.ManyHosts;

namespace Kiroku.Tests.Webhooks;

/// <summary>Several nodes share the work on webhooks: one at a time does it, and another one follows.</summary>
public sealed class WebhookNodesTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;
    private HookReceiver receiver = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cloud = await HostsCloud.StartAsync(2, Cloud.Unwatched, ("Webhooks:AllowedNetworks", "127.0.0.0/8"));
        receiver = await HookReceiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await cloud.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Each_end_of_an_action_is_told_when_the_node_that_tells_is_killed()
    {
        var server = await cloud.CreateServerAsync("b");
        var made = await HookCloud.SubscribeAsync(cloud.Admin, receiver.Url);
        var requests = new List<string>();
        await DoAsync(server, requests);
        await receiver.UntilAsync(2);
        for (var kill = 0; kill < 2; kill++)
        {
            var holder = await HolderAsync();
            var other = holder == "a" ? "b" : "a";
            var on = await cloud.CreateServerAsync(other);
            await DoAsync(on, requests);
            await cloud.KillAsync(holder);
            await DoAsync(on, requests);
            await receiver.UntilAsync(all => requests.ToHashSet().IsSubsetOf(all.Select(one => one.RequestId)));
            Assert.Equal(other, await HolderAsync());
            await cloud.StartAsync(holder);
            await DoAsync(on, requests);
        }
        await receiver.UntilAsync(all => requests.ToHashSet().IsSubsetOf(all.Select(one => one.RequestId)));
        Assert.All(
            receiver.All.GroupBy(one => one.RequestId),
            one => Assert.Single(one.Select(sent => (sent.Id, Convert.ToHexString(sent.Body))).Distinct()));
        var told = (await cloud.Admin.GetJsonAsync($"{HookCloud.Path}/{made["id"]}/deliveries?page_size=1000"))
            ["deliveries"]!.AsArray();
        Assert.Equal(told.Count, told.Select(one => (string)one!["event_id"]!).Distinct().Count());
    }

    [Fact]
    public async Task A_node_that_ends_hands_over_at_once_and_a_node_that_stood_still_writes_nothing()
    {
        var server = await cloud.CreateServerAsync("b");
        await HookCloud.SubscribeAsync(cloud.Admin, receiver.Url);
        var requests = new List<string>();
        await DoAsync(server, requests);
        await receiver.UntilAsync(2);
        var holder = await HolderAsync();
        var other = holder == "a" ? "b" : "a";
        _ = cloud.Freeze(holder);
        await cloud.BuryAsync(holder);
        var on = await cloud.CreateServerAsync(other);
        await DoAsync(on, requests);
        await receiver.UntilAsync(all => requests.ToHashSet().IsSubsetOf(all.Select(one => one.RequestId)));
        await cloud.ThawAsync(holder);
        Assert.Equal(other, await HolderAsync());
        await DoAsync(on, requests);
        await receiver.UntilAsync(all => requests.ToHashSet().IsSubsetOf(all.Select(one => one.RequestId)));
    }

    private async Task DoAsync(Guid server, List<string> requests)
    {
        foreach (var body in new[] { HookCloud.Stop, HookCloud.Start })
            requests.Add((await cloud.DoAsync(server, body)).Action.RequestId);
    }

    /// <summary>The node that makes events at present.</summary>
    private async Task<string> HolderAsync()
    {
        var holder = await cloud.Any.Store.ReadAsync(
            db => db.ExecuteScalarAsync<string>("SELECT holder FROM webhook_feed"), Token);
        return cloud.Nodes.Single(node => node.App.Services.GetRequiredService<Kiroku.Webhooks.WebhookTurn>().Holder
            == holder).Name;
    }
}
