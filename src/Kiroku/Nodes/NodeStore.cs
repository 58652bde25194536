using System.Data.Common;
using Dapper;
using Kiroku.Cluster;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>The rows in which nodes say that they are there, with times by the store's clock.</summary>
internal sealed class NodeStore(SideDatabase side, OwnMembership membership, TimeProvider time)
{
    private readonly IDatabase database = side.Database;

    /// <summary>Whether there may be other nodes.</summary>
    public bool IsShared => database.IsShared;

    /// <summary>Takes a host's name for the node's folder and for this running of it.</summary>
    /// <returns>What became of it, with the row that was there before.</returns>
    public Task<NodeTaking> TakeAsync(Node node, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            var now = await database.NowAsync(connection, time);
            var before = await FindAsync(connection, node.Name);
            if (before is not null && before.Folder != node.Folder && before.WasSeen(now))
                return new NodeTaking(null, before);
            var taken = node with
            {
                Number = before?.Number ?? await NextNumberAsync(connection),
                StartedAt = now,
                SeenAt = now,
            };
            await WriteAsync(connection, taken);
            return new NodeTaking(taken, before);
        }, cancellationToken);

    /// <summary>Says that the node is there, and how it is.</summary>
    /// <returns>False if its name is another's now; then nothing is changed.</returns>
    /// <exception cref="StorageException">
    /// Its process counts as dead: nobody is to wait for what that would do.
    /// </exception>
    public Task<bool> BeatAsync(Node node, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            await membership.RefuseDeadAsync(connection);
            var seen = node with { SeenAt = await database.NowAsync(connection, time) };
            if (await connection.ExecuteAsync(
                """
                UPDATE nodes SET silo = @Silo, sealing_silo = @SealingSilo, roles = @Roles, zone = @Zone,
                    address = @Address, version = @Version, draining = @Draining, hypervisor_kind = @HypervisorKind,
                    hypervisor_version = @HypervisorVersion, vcpus = @Vcpus, memory_mib = @MemoryMib,
                    disk_bytes = @DiskBytes, disk_free_bytes = @DiskFreeBytes, uptime = @Uptime,
                    connected = @Connected, seen_at = @SeenAt
                WHERE name = @Name AND folder = @Folder AND started_at = @StartedAt
                """, seen) == 1)
                return true;
            if (await FindAsync(connection, node.Name) is not null)
                return false;
            // An administrator deleted it while it was not to be heard.
            await WriteAsync(connection, seen with { Number = await NextNumberAsync(connection) });
            return true;
        }, cancellationToken);

    /// <summary>Says that the node ends, so that nobody need wait to notice.</summary>
    public Task LeaveAsync(Node node, CancellationToken cancellationToken)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            """
            UPDATE nodes SET silo = NULL, connected = 0
            WHERE name = @Name AND folder = @Folder AND started_at = @StartedAt
            """, node), cancellationToken);

    /// <summary>All nodes, and what the time is.</summary>
    public Task<(DateTime Now, IReadOnlyList<Node> Nodes)> ListAsync(CancellationToken cancellationToken)
        => database.ReadAsync(async connection =>
        {
            var now = await database.NowAsync(connection, time);
            var nodes = await connection.QueryAsync<Node>("SELECT * FROM nodes ORDER BY name");
            return (now, (IReadOnlyList<Node>)nodes.AsList());
        }, cancellationToken);

    private static Task<Node?> FindAsync(DbConnection connection, string name)
        => connection.QueryFirstOrDefaultAsync<Node>("SELECT * FROM nodes WHERE name = @name", new { name });

    private static Task<long> NextNumberAsync(DbConnection connection)
        => connection.ExecuteScalarAsync<long>("SELECT CAST(COALESCE(MAX(number), 0) + 1 AS BIGINT) FROM nodes");

    private static Task<int> WriteAsync(DbConnection connection, Node node) => connection.ExecuteAsync(
        """
        INSERT INTO nodes (name, number, folder, silo, sealing_silo, roles, zone, address, version, draining,
            hypervisor_kind, hypervisor_version, vcpus, memory_mib, disk_bytes, disk_free_bytes, uptime, connected,
            started_at, seen_at)
        VALUES (@Name, @Number, @Folder, @Silo, @SealingSilo, @Roles, @Zone, @Address, @Version, @Draining,
            @HypervisorKind, @HypervisorVersion, @Vcpus, @MemoryMib, @DiskBytes, @DiskFreeBytes, @Uptime, @Connected,
            @StartedAt, @SeenAt)
        ON CONFLICT (name) DO UPDATE SET folder = excluded.folder, silo = excluded.silo,
            sealing_silo = excluded.sealing_silo, roles = excluded.roles, zone = excluded.zone,
            address = excluded.address, version = excluded.version, draining = excluded.draining,
            hypervisor_kind = excluded.hypervisor_kind, hypervisor_version = excluded.hypervisor_version,
            vcpus = excluded.vcpus, memory_mib = excluded.memory_mib,
            disk_bytes = excluded.disk_bytes, disk_free_bytes = excluded.disk_free_bytes, uptime = excluded.uptime,
            connected = excluded.connected, started_at = excluded.started_at, seen_at = excluded.seen_at
        """, node);
}

/// <summary>The node as it stands now, null if its name is another's that runs, and the row that was there.</summary>
internal sealed record NodeTaking(Node? Taken, Node? Before);
