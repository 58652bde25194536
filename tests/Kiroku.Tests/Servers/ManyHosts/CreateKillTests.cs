using Dapper;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>A node is killed at each moment of a creation, and the other nodes continue it.</summary>
public sealed class CreateKillTests
{
    /// <summary>In the long run every moment, otherwise one in so many.</summary>
    private static readonly int Stride = FullTier.IsOn ? 1 : 10;

    [Fact]
    public async Task A_creation_whose_node_is_killed_at_any_moment_ends_with_one_machine_at_most()
    {
        await using var cloud = await HostsCloud.StartAsync();
        for (var moment = 3; ; moment += Stride)
        {
            var known = await IdsAsync(cloud);
            var kill = HostPoints.KillAt(cloud, moment);

            var killed = await kill.ReachedOrAsync(cloud.CreateServerAsync());

            HostPoints.Clear(cloud);
            if (killed is null)
                return;
            await cloud.BuryAsync(killed);
            var made = (await IdsAsync(cloud)).Except(known).ToList();
            foreach (var server in made)
                await cloud.UntilIdleAsync(server);
            await cloud.StartAsync(killed);
            foreach (var server in made)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"{moment}: {kill.Passed[^1]} -> {(await cloud.ServerAsync(server)).VmState}");
                await AssertOneAsync(cloud, server);
                await cloud.DeleteAsync(server);
                await cloud.UntilAsync(
                    () => Task.FromResult(cloud.Nodes.All(node => !node.Host.Machines.ContainsKey(server))));
            }
        }
    }

    /// <summary>Checks that the machine of an active server runs once, on the host of its disk, and that there is no
    /// other.</summary>
    private static async Task AssertOneAsync(HostsCloud cloud, Guid id)
    {
        var server = await cloud.ServerAsync(id);
        var active = server.VmState == VmStates.Active;
        if (active)
            Assert.Equal(server.Host, server.Disk?.Host);
        string[] expected = active ? [server.Host!] : [];
        await cloud.UntilAsync(() => Task.FromResult(
            cloud.Nodes.Where(node => node.Host.Machines.ContainsKey(id)).Select(node => node.Name).SequenceEqual(
                expected)));
    }

    private static async Task<IReadOnlyList<Guid>> IdsAsync(HostsCloud cloud) => await cloud.Any.Store.ReadAsync(
        async connection => (await connection.QueryAsync<string>("SELECT id FROM servers")).Select(Guid.Parse).ToList(),
        TestContext.Current.CancellationToken);
}
