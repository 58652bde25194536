using Dapper;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>
/// A node looks at a server and freezes. When it thaws, it does not act on what it saw, because another node may have
/// changed the server meanwhile.
/// </summary>
public sealed class LateSweepTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(2, Cloud.Unwatched);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task A_volume_that_has_become_the_servers_disk_is_not_swept(string host)
    {
        var server = await cloud.CreateWithGrainAsync(on: host, grain: "b");
        var volumes = cloud[host].Host.Volumes;
        var disk = volumes[Disks.NameOf(server, 2)] = new FakeVolume(1, Guid.NewGuid());

        await LateAsync(server, grain => grain.Sweep(Disks.NameOf(server, 2), host), "generation = 2");

        Assert.Equal(disk, volumes[Disks.NameOf(server, 2)]);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task A_machine_whose_server_has_come_to_its_host_is_not_put_aside(string host)
    {
        var server = await cloud.CreateWithGrainAsync(on: host == "a" ? "b" : "a", grain: "b");
        cloud[host].Host.Machines[server] = cloud.Nodes.Single(node => node.Name != host).Host.Machines[server];
        cloud[host].Host.Volumes[Disks.NameOf(server, 1)] = new FakeVolume(1, Guid.NewGuid());

        await LateAsync(server, grain => grain.PutAside(host), $"host = '{host}', disk_host = '{host}'");

        Assert.Equal(MachineState.Running, cloud[host].Host.Machines[server].State);
        Assert.Empty(await cloud.Any.App.Services.GetRequiredService<KeptVolumes>().ListAsync(
            host, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task Volumes_and_machines_in_use_are_not_swept_when_the_server_is_deleted_meanwhile(string grain)
    {
        var server = await cloud.CreateWithGrainAsync(on: "b", grain);
        var sweeper = Cluster.Nodes.GrainsOf(cloud["a"].App).GetGrain<IServerGrain>(server);
        await cloud.Any.Store.WriteAsync(
            db => db.ExecuteAsync("INSERT INTO services (host, disabled, forced_down) VALUES ('b', 0, 1)"),
            TestContext.Current.CancellationToken);
        await cloud.DeleteAsync(server);
        // Wherever the grain is, nothing happens on a host that an administrator has forced down.
        Assert.Equal(MachineState.Running, cloud["b"].Host.Machines[server].State);

        Assert.False(await sweeper.Sweep(Disks.NameOf(server, 1), "b"));
        Assert.True(await sweeper.PutAside("b"));
        Assert.False(await sweeper.Sweep(Disks.NameOf(server, 1), "b"));

        Assert.Equal([Disks.ConfigOf(server, 1), Disks.NameOf(server, 1)], cloud["b"].Host.DisksOf(server));
    }

    /// <summary>
    /// Lets the grain on b do something, and changes the server's row as another node would after the grain has read
    /// it.
    /// </summary>
    private async Task LateAsync(Guid server, Func<IServerGrain, Task> late, string change)
    {
        var (looked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        cloud["b"].Database.AfterRead = found =>
        {
            if (found is not Server { RunningAction: null } seen || seen.Id != server)
                return Task.CompletedTask;
            looked.TrySetResult();
            return go.Task;
        };
        var doing = late(Cluster.Nodes.GrainsOf(cloud["a"].App).GetGrain<IServerGrain>(server));
        await looked.Task;
        await cloud["a"].Store.WriteAsync(
            db => db.ExecuteAsync($"UPDATE servers SET {change}, epoch = epoch + 1 WHERE id = @server", new { server }),
            TestContext.Current.CancellationToken);

        go.SetResult();

        await Assert.ThrowsAsync<FencedException>(() => doing);
    }
}
