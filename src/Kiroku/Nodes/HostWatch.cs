using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>
/// What is known of the hosts when somebody asks. This node's own is measured for it; what others have, and whether
/// they answer, is what their nodes said last.
/// </summary>
internal sealed class HostWatch(IDatabase database, HostMeter meter, NodeSelf self, Silence silence, TimeProvider time)
{
    /// <summary>A server that moves takes up room on two hosts.</summary>
    private const string Hosts =
        """
        WITH claims AS (
            SELECT host AS name, 1 AS server, CASE WHEN running_action IS NULL THEN 0 ELSE 1 END AS busy,
                claimed_vcpus AS vcpus, claimed_memory_mib AS memory_mib, claimed_disk_gib AS disk_gib
            FROM servers WHERE deleted = 0 AND host IS NOT NULL AND id <> @except
            UNION ALL
            SELECT other_host, 0, 0, other_vcpus, other_memory_mib, other_disk_gib
            FROM servers WHERE deleted = 0 AND other_host IS NOT NULL AND id <> @except
        ), uses AS (
            SELECT name, SUM(server) AS servers, SUM(busy) AS busy, SUM(vcpus) AS vcpus, SUM(memory_mib) AS memory_mib,
                SUM(disk_gib) AS disk_gib
            FROM claims GROUP BY name
        )
        SELECT n.*,
            n.name AS host, COALESCE(s.disabled, 0) AS disabled, s.disabled_reason,
            COALESCE(s.forced_down, 0) AS forced_down,
            CAST(COALESCE(u.servers, 0) AS BIGINT) AS servers, CAST(COALESCE(u.busy, 0) AS BIGINT) AS busy,
            CAST(COALESCE(u.vcpus, 0) AS BIGINT) AS vcpus, CAST(COALESCE(u.memory_mib, 0) AS BIGINT) AS memory_mib,
            CAST(COALESCE(u.disk_gib, 0) AS BIGINT) AS disk_gib
        FROM nodes n LEFT JOIN services s ON s.host = n.name LEFT JOIN uses u ON u.name = n.name
        WHERE @name IS NULL OR n.name = @name
        ORDER BY n.name
        """;

    /// <summary>The same without what servers take up.</summary>
    private const string Services =
        """
        SELECT n.*, n.name AS host, COALESCE(s.disabled, 0) AS disabled, s.disabled_reason,
            COALESCE(s.forced_down, 0) AS forced_down, 0 AS servers
        FROM nodes n LEFT JOIN services s ON s.host = n.name
        """;

    /// <summary>Every host with machines, by name.</summary>
    public async Task<IReadOnlyList<Host>> ListAsync(CancellationToken cancellationToken)
    {
        var here = await LookAsync(cancellationToken);
        return await database.ReadAsync(connection => ListAsync(connection, here), cancellationToken);
    }

    /// <summary>The host of that name; null if there is none.</summary>
    public async Task<Host?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var here = name == self.Name ? await LookAsync(cancellationToken) : null;
        return (await database.ReadAsync(
            connection => ListAsync(connection, here, name, except: default), cancellationToken)).SingleOrDefault();
    }

    /// <summary>What this node's own host has just now, for a transaction that is not to wait for it.</summary>
    public Task<HostLook> LookAsync(CancellationToken cancellationToken) => meter.LookAsync(cancellationToken);

    /// <summary>Every host with machines, by name, within the caller's transaction.</summary>
    /// <param name="connection">The transaction's.</param>
    /// <param name="here">What was measured of this node's own; null takes what it said last.</param>
    /// <param name="except">A server whose claims do not count, because it is about to claim anew.</param>
    public Task<IReadOnlyList<Host>> ListAsync(DbConnection connection, HostLook? here, Guid except = default)
        => ListAsync(connection, here, null, except);

    /// <summary>What administrators see of each host, by its name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListStatusesAsync(CancellationToken cancellationToken)
        => (await database.ReadAsync(connection => ListAsync(connection, Services, new { }, here: null),
            cancellationToken)).ToDictionary(host => host.Name, host => host.HostStatus);

    /// <summary>Whether the host's node is there, and no administrator says otherwise.</summary>
    public async Task<bool> IsThereAsync(string name, CancellationToken cancellationToken)
        => (await database.ReadAsync(connection =>
            ListAsync(connection, $"{Services} WHERE n.name = @name", new { name }, here: null), cancellationToken))
            is [{ IsThere: true, Service.ForcedDown: false }];

    /// <summary>
    /// Whether the host's node was heard of just now: one that ended since may be about to start again.
    /// </summary>
    public async Task<bool> WasHeardOfAsync(string name, CancellationToken cancellationToken)
        => !silence.IsTelling || await database.ReadAsync(async connection =>
            await connection.QueryFirstOrDefaultAsync<DateTime?>(
                "SELECT seen_at FROM nodes WHERE name = @name", new { name }) is { } seen
                && await database.NowAsync(connection, time) - seen < Node.Lifetime, cancellationToken);

    /// <summary>Ids and names of the servers on each host, oldest first.</summary>
    public async Task<ILookup<string, (Guid Id, string Name)>> ListServersAsync(CancellationToken cancellationToken)
        => (await database.ReadAsync(connection => connection.QueryAsync<(string Host, Guid Id, string Name)>(
            "SELECT host, id, name FROM servers WHERE deleted = 0 AND host IS NOT NULL ORDER BY created_at, id"),
                cancellationToken))
            .ToLookup(server => server.Host, server => (server.Id, server.Name));

    private Task<IReadOnlyList<Host>> ListAsync(DbConnection connection, HostLook? here, string? name, Guid except)
        => ListAsync(connection, Hosts, new { name, except }, here);

    private async Task<IReadOnlyList<Host>> ListAsync(
        DbConnection connection, string sql, object values, HostLook? here)
    {
        var now = await database.NowAsync(connection, time);
        var found = await connection.QueryAsync<Node, Service, HostUse, Host>(
            sql, (node, service, use) => Judge(node, service, use, here, now), values, splitOn: "host,servers");
        return [.. found.Where(host => host.Node.HasMachines)];
    }

    /// <summary>Whoever asks is there, so of this node only the hypervisor can be silent.</summary>
    private Host Judge(Node node, Service service, HostUse use, HostLook? here, DateTime now)
    {
        var own = node.Name == self.Name;
        if (own && here is not null)
            node = node.With(here) with { SeenAt = here.SeenAt ?? node.SeenAt };
        var seen = own || (silence.IsTelling ? node.WasSeen(now) : node.Silo is not null);
        return new Host(node, service, use, seen);
    }
}
