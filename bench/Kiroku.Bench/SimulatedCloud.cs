using Dapper;
using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Npgsql;

namespace Kiroku.Bench;

/// <summary>
/// The rows of a cloud of many nodes with ten servers each, one of which has a running action, and the product's own
/// classes that read and write them.
/// </summary>
internal sealed class SimulatedCloud : IDisposable
{
    /// <summary>The most connections that read at once; as many write, and as many are the engine's.</summary>
    private const int ConnectionsOfEachKind = 15;

    private readonly PostgresDatabase database;
    private readonly NpgsqlDataSource engine;

    private SimulatedCloud(string connection, int nodes)
    {
        // A request that has to wait for this busy process is late and no failure.
        database = new PostgresDatabase($"{connection};Maximum Pool Size={ConnectionsOfEachKind};Timeout=60");
        engine = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(new PostgresConnection(connection).ForMembership)
        {
            MaxPoolSize = ConnectionsOfEachKind,
            Timeout = 60,
        });
        Watched = new WatchedServers(database);
        Nodes = [.. Enumerable.Range(0, nodes).Select(number => new SimulatedNode(number, database))];
    }

    public IReadOnlyList<SimulatedNode> Nodes { get; }

    public WatchedServers Watched { get; }

    /// <summary>What the engine asks of the list of members, by the names that it has for its statements.</summary>
    public IReadOnlyDictionary<string, string> EnginesStatements { get; private set; } = new Dictionary<string, string>();

    public static async Task<SimulatedCloud> FillAsync(string connection, int nodes)
    {
        var cloud = new SimulatedCloud(connection, nodes);
        cloud.database.Migrate();
        await cloud.database.WriteAsync(async db =>
        {
            await db.ExecuteAsync(Columns<Node>.Insert("nodes"), cloud.Nodes.Select(node => node.Row));
            await db.ExecuteAsync(ServerRow.Insert, cloud.Nodes.SelectMany(ServersOf));
            await db.ExecuteAsync("INSERT INTO membership (cluster, version) VALUES (@Cluster, 1)", new { Members.Cluster });
            return await db.ExecuteAsync("""
                INSERT INTO members (cluster, address, port, generation, name, machine, status, proxy_port, started_at, alive_at)
                VALUES (@Cluster, '127.0.0.1', @Port, 1, @Name, @Name, 3, 0, now(), now())
                """, cloud.Nodes.Select(node => new { Members.Cluster, node.Port, node.Name }));
        }, CancellationToken.None);
        await using var vacuum = cloud.engine.CreateCommand("VACUUM ANALYZE");
        await vacuum.ExecuteNonQueryAsync();
        var statements = await cloud.database.ReadAsync(
            db => db.QueryAsync<(string Key, string Sql)>("SELECT QueryKey, QueryText FROM OrleansQuery"), CancellationToken.None);
        cloud.EnginesStatements = statements.ToDictionary(one => one.Key, one => one.Sql);
        return cloud;
    }

    /// <summary>Runs one of the engine's statements as a node.</summary>
    public async Task AskAsEngineAsync(SimulatedNode node, string statement)
    {
        await using var command = engine.CreateCommand(EnginesStatements[statement]);
        command.Parameters.AddWithValue("DeploymentId", Members.Cluster);
        command.Parameters.AddWithValue("Address", "127.0.0.1");
        command.Parameters.AddWithValue("Port", node.Port);
        command.Parameters.AddWithValue("Generation", 1);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            for (var column = 0; column < reader.FieldCount; column++)
                reader.GetValue(column);
        }
    }

    public void Dispose()
    {
        database.Dispose();
        engine.Dispose();
    }

    private static IEnumerable<ServerRow> ServersOf(SimulatedNode node)
        => node.Machines.Select((id, number) => ServerRow.Of(Server(node, id, isBusy: number == 0)));

    private static Server Server(SimulatedNode node, Guid id, bool isBusy) => new()
    {
        Id = id,
        Name = $"vm-{id}",
        ProjectId = $"{node.Port % 100:x32}",
        UserId = "0123456789abcdef0123456789abcdef",
        ImageId = "00000000-0000-0000-0000-000000000000",
        Flavor = new ServerFlavor("42", "m1.nano", 1, 128, 1),
        VmState = VmStates.Active,
        PowerState = MachineState.Running,
        Host = node.Name,
        Disk = new ServerDisk(node.Name, 1),
        Addresses = [new MachineAddress("isolated", "10.0.2.15", "fa:16:3e:00:00:02")],
        RunningAction = isBusy ? $"req-{Guid.NewGuid()}" : null,
        Epoch = 3,
        CreatedAt = SimulatedNode.Now,
        UpdatedAt = SimulatedNode.Now,
        LaunchedAt = SimulatedNode.Now,
    };
}
