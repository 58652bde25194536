using Dapper;
using Kiroku.Cluster;
using Kiroku.Nodes;
using Kiroku.Storage;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Fakes;

/// <summary>Further nodes of a cloud, which exist only as rows. Those that are up stay up.</summary>
internal static class OtherNodes
{
    public const string ForEver = "2999-01-01T00:00:00.000000";
    public const string LongAgo = "2000-01-01T00:00:00.000000";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A plausible row of a node of that name.</summary>
    public static Node Of(string name, string zone = HostsOptions.DefaultZone) => new()
    {
        Name = name,
        Folder = $"folder of {name}",
        Silo = $"127.0.0.1:1@{name}",
        Roles = "api,conductor,compute",
        Zone = zone,
        Address = "192.0.2.7",
        Version = "0.1.0",
        HypervisorKind = "fake",
        HypervisorVersion = "2.3.4",
        Vcpus = 8,
        MemoryMib = 4096,
        DiskBytes = 100L << 30,
        DiskFreeBytes = 50L << 30,
        Connected = true,
    };

    /// <summary>Adds a node.</summary>
    /// <returns>The node's number.</returns>
    public static async Task<long> AddAsync(Cloud cloud, Node node, bool up = true)
    {
        var store = new NodeStore(new SideDatabase(cloud.Beats), new OwnMembership("", isAlone: true), cloud.Time);
        var taken = await store.TakeAsync(node, Token);
        await SetSeenAsync(cloud.Beats, node.Name, up ? ForEver : LongAgo);
        return taken.Taken!.Number;
    }

    /// <summary>The rows of all nodes, by name.</summary>
    public static Task<IReadOnlyList<Node>> ListAsync(IDatabase database)
        => database.ReadAsync<IReadOnlyList<Node>>(
            async db => (await db.QueryAsync<Node>("SELECT * FROM nodes ORDER BY name")).AsList(), Token);

    /// <summary>Adds many at once, which stay up. Their folders come before those of real nodes.</summary>
    public static Task AddManyAsync(IDatabase database, int count, string name = "node")
        => database.WriteAsync(async db =>
        {
            var nodes = Enumerable.Range(1, count).Select(number => Of($"{name} {number}") with
            {
                Number = 1000 + number,
                Folder = $"-{number * 7919 % 10007:00000}",
                Silo = $"127.0.0.1:1@{number}",
                StartedAt = DateTime.UnixEpoch,
                SeenAt = new DateTime(2999, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            });
            return await db.ExecuteAsync(Columns<Node>.Insert("nodes"), nodes);
        }, Token);

    public static Task SetSeenAsync(IDatabase database, string name, string seenAt) => database.WriteAsync(
        db => db.ExecuteAsync("UPDATE nodes SET seen_at = @seenAt WHERE name = @name", new { name, seenAt }), Token);
}
