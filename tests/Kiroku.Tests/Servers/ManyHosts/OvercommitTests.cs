using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Servers that are created through several nodes at the same moment, where not all of them fit.</summary>
public sealed class OvercommitTests
{
    private const int AskedFor = 8;

    [Fact]
    public async Task Of_servers_created_at_once_hosts_get_no_more_than_they_have_room_for()
    {
        // An eighth of sixteen processors: two servers on each host.
        await using var cloud = await HostsCloud.StartAsync(2, ("Scheduling:CpuAllocationRatio", "0.125"));
        var servers = await AcceptedAsync(cloud);
        Assert.Equal(AskedFor, servers.Count);
        var placed = await PlacedAsync(cloud, servers);
        Assert.Equal(["a", "a", "b", "b"], placed.Select(server => server.Host).Order());

        await Task.WhenAll(placed.Select(server => cloud.DeleteAsync(server.Id)));
        Assert.Equal(4, (await PlacedAsync(cloud, await AcceptedAsync(cloud))).Count);
    }

    [Fact]
    public async Task Of_servers_created_at_once_a_project_gets_no_more_than_its_quota()
    {
        await using var cloud = await HostsCloud.StartAsync(2, ("Quotas:Cores", "3"));
        var servers = await AcceptedAsync(cloud);
        Assert.Equal(3, servers.Count);
        var placed = await PlacedAsync(cloud, servers);
        await Task.WhenAll(placed.Select(server => cloud.DeleteAsync(server.Id)));
        Assert.Equal(3, (await AcceptedAsync(cloud)).Count);
    }

    private static async Task<List<Guid>> AcceptedAsync(HostsCloud cloud)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, AskedFor).Select(
            number => AskAsync(cloud, number % 2 == 0 ? "a" : "b")));
        var accepted = answers.OfType<Guid>().ToList();
        foreach (var server in accepted)
            await cloud.UntilIdleAsync(server);
        return accepted;
    }

    private static async Task<List<Server>> PlacedAsync(HostsCloud cloud, IEnumerable<Guid> servers)
    {
        var placed = new List<Server>();
        foreach (var server in servers)
            placed.Add(await cloud.ServerAsync(server));
        return [.. placed.Where(server => server.Host is not null)];
    }

    /// <summary>Asks a node for a server.</summary>
    /// <returns>Its id; null where the quota forbids it.</returns>
    private static async Task<Guid?> AskAsync(HostsCloud cloud, string node)
    {
        var (status, made) = await (cloud.Admin with { App = cloud[node].App }).AskAsync("POST", "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}"}}""");
        Assert.Contains(status, new[] { 202, 403 });
        return status == 202 ? Guid.Parse((string)made!["server"]!["id"]!) : null;
    }
}
