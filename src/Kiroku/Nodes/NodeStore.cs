using System.Data.Common;
using Dapper;
using Kiroku.Cluster;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>The rows in which nodes report, with times by the store's clock.</summary>
internal sealed class NodeStore(SideDatabase side, OwnMembership membership, TimeProvider time)
{
    private const string OfThisRun = "name = @Name AND folder = @Folder AND started_at = @StartedAt";

    /// <summary>
    /// What a node reports of itself while it runs. What it does not know of its host stays what it reported before.
    /// </summary>
    private static readonly string Assignments = Columns<Node>.Assignments(
        nameof(Node.Name), nameof(Node.Number), nameof(Node.Folder), nameof(Node.StartedAt), nameof(Node.Network),
        nameof(Node.Abilities))
        + ", network = COALESCE(@Network, nodes.network), abilities = COALESCE(@Abilities, nodes.abilities)";

    private static readonly string Write = Columns<Node>.Insert("nodes")
        + $" ON CONFLICT (name) DO UPDATE SET folder = @Folder, started_at = @StartedAt, {Assignments}";

    private readonly IDatabase database = side.Database;

    /// <summary>An expression of SQL: the zone of the host whose name another expression is.</summary>
    public static string ZoneOf(string host) => $"(SELECT zone FROM nodes WHERE nodes.name = {host})";

    /// <summary>Whether there may be other nodes.</summary>
    public bool IsShared => database.IsShared;

    /// <summary>Takes a host's name for the node's folder and for this run of the node.</summary>
    /// <returns>The outcome, with the row that was there before.</returns>
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

    /// <summary>Writes the node's report.</summary>
    /// <returns>False if another node has the name now; then nothing is changed.</returns>
    /// <exception cref="StorageException">The process counts as dead, so its work must not count.</exception>
    public Task<bool> BeatAsync(Node node, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            await membership.RefuseDeadAsync(connection);
            var seen = node with { SeenAt = await database.NowAsync(connection, time) };
            if (await connection.ExecuteAsync($"UPDATE nodes SET {Assignments} WHERE {OfThisRun}", seen) == 1)
                return true;
            if (await FindAsync(connection, node.Name) is not null)
                return false;
            // An administrator deleted the node while it was silent.
            await WriteAsync(connection, seen with { Number = await NextNumberAsync(connection) });
            return true;
        }, cancellationToken);

    /// <summary>Reports the end of the node, so that others know it at once.</summary>
    public Task LeaveAsync(Node node, CancellationToken cancellationToken)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            $"UPDATE nodes SET silo = NULL, connected = 0 WHERE {OfThisRun}", node), cancellationToken);

    private static Task<Node?> FindAsync(DbConnection connection, string name)
        => connection.QueryFirstOrDefaultAsync<Node>("SELECT * FROM nodes WHERE name = @name", new { name });

    private static Task<long> NextNumberAsync(DbConnection connection)
        => connection.ExecuteScalarAsync<long>("SELECT CAST(COALESCE(MAX(number), 0) + 1 AS BIGINT) FROM nodes");

    private static Task<int> WriteAsync(DbConnection connection, Node node)
        => connection.ExecuteAsync(Write, node);
}

/// <summary>The node as it is now, null if a running node has its name, and the row that was there before.</summary>
internal sealed record NodeTaking(Node? Taken, Node? Before);
