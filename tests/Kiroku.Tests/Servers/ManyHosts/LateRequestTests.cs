using Kiroku.Actions;
using Kiroku.Servers;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>
/// A node that counts as dead does not complete its requests: the other nodes have already answered for it.
/// </summary>
public sealed class LateRequestTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(2, Cloud.Unwatched);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_request_that_was_refused_while_its_node_was_frozen_is_not_accepted_when_that_thaws()
    {
        var server = await cloud.CreateWithGrainAsync(on: "b", grain: "b");
        var points = HostPoints.KillAt(cloud, 1);
        var asked = cloud.ActAsync(server, """{"os-stop":null}""");
        Assert.Equal("b", await points.ReachedOrAsync(asked));
        HostPoints.Clear(cloud);
        await cloud.BuryAsync("b");
        Assert.Equal(409, (await asked).Status);

        await cloud.ThawAsync("b");

        Assert.Single(await cloud.ActionsAsync(server));
        Assert.Null((await cloud.ServerAsync(server)).RunningAction);
    }

    [Fact]
    public async Task A_node_that_counts_as_dead_accepts_nothing()
    {
        var server = await cloud.CreateWithGrainAsync(on: "a", grain: "a");
        await cloud.BuryAsync("b");
        var lost = cloud.Admin with { App = cloud["b"].App };

        using var locked = await lost.PostAsync($"/v2.1/servers/{server}/action", """{"lock":null}""");
        Assert.Equal((503, true), ((int)locked.StatusCode, locked.Headers.RetryAfter is not null));
        Assert.Contains("does not count as one of the service",
            await locked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var created = await lost.PostAsync(
            "/v2.1/servers", $$$"""{"server":{"name":"late","flavorRef":"42","imageRef":"{{{cloud.Image}}}"}}""");

        Assert.Equal(503, (int)created.StatusCode);
        // The request as the grain on the living node receives it too late.
        var late = ActionRequest.OfTheService(ActionNames.Stop, TimeProvider.System.GetUtcNow().UtcDateTime) with
        {
            AskedOf = Cluster.Nodes.SiloOf(cloud["b"].App),
        };
        late = cloud["b"].App.Services.GetRequiredService<RequestSealer>().Seal(server, late);
        await Assert.ThrowsAsync<StorageException>(
            () => Cluster.Nodes.GrainsOf(cloud["a"].App).GetGrain<IServerGrain>(server).Begin(late));
        Assert.Single(await cloud.ActionsAsync(server));
        Assert.Empty(
            await cloud.Any.App.Services.GetRequiredService<ServerStore>().ListWhereAsync(
                "name = 'late'", null, TestContext.Current.CancellationToken));
    }
}
