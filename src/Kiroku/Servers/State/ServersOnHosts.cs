using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;
using Kiroku.Nodes;

namespace Kiroku.Servers.State;

/// <summary>
/// The servers by the hosts that they are on. What they take up there is added up already, by the store itself
/// (host_sums), so that placing one server reads no rows of the others.
/// </summary>
internal sealed class ServersOnHosts : IServersOnHosts
{
    private const string Uses =
        """
        WITH claims AS (
            SELECT host, servers, vcpus, memory_mib, disk_gib FROM host_sums
            UNION ALL
            SELECT host, -1, -claimed_vcpus, -claimed_memory_mib, -claimed_disk_gib
            FROM servers WHERE id = @except AND deleted = 0 AND host IS NOT NULL
            UNION ALL
            SELECT other_host, 0, -other_vcpus, -other_memory_mib, -other_disk_gib
            FROM servers WHERE id = @except AND deleted = 0 AND other_host IS NOT NULL
        )
        SELECT host, CAST(SUM(servers) AS BIGINT) AS servers, CAST(SUM(vcpus) AS BIGINT) AS vcpus,
            CAST(SUM(memory_mib) AS BIGINT) AS memory_mib, CAST(SUM(disk_gib) AS BIGINT) AS disk_gib
        FROM claims GROUP BY host
        """;

    // Each action would change a sum of them. A deleted server has no running action; asking for that as well would
    // make SQLite take the index of the servers that are not deleted.
    private const string Busy =
        """
        SELECT host, COUNT(*) AS servers FROM servers WHERE running_action IS NOT NULL AND host IS NOT NULL
        GROUP BY host
        """;

    internal const string OnHosts =
        """
        SELECT host, servers.id, name FROM json_each(@hosts, '$.hosts') asked CROSS JOIN servers
        WHERE deleted = 0 AND host = asked.value ORDER BY created_at, servers.id
        """;

    // Each half as an index has it.
    internal const string AreOn =
        """
        SELECT EXISTS (SELECT 1 FROM servers WHERE deleted = 0 AND host = @host)
            OR EXISTS (SELECT 1 FROM servers
                WHERE deleted = 0 AND disk_host IS DISTINCT FROM host AND disk_host = @host)
        """;

    internal const string AreMoving =
        """
        SELECT EXISTS (SELECT 1 FROM servers WHERE deleted = 0 AND other_host = @host)
            OR EXISTS (SELECT 1 FROM servers WHERE deleted = 0 AND former_host = @host)
        """;

    public async Task<IReadOnlyDictionary<string, HostUse>> ListUsesAsync(
        DbConnection connection, Guid except = default)
        => (await connection.QueryAsync<HostUse>(Uses, new { except })).ToDictionary(use => use.Host);

    public async Task<IReadOnlyDictionary<string, long>> CountBusyAsync(DbConnection connection)
        => (await connection.QueryAsync<(string Host, long Servers)>(Busy))
            .ToDictionary(busy => busy.Host, busy => busy.Servers);

    public async Task<ILookup<string, (Guid Id, string Name)>> ListAsync(
        DbConnection connection, IEnumerable<string> hosts)
        => (await connection.QueryAsync<(string Host, Guid Id, string Name)>(OnHosts, ValuesOf(hosts)))
            .ToLookup(server => server.Host, server => (server.Id, server.Name));

    public Task<bool> AreOnAsync(DbConnection connection, string host)
        => connection.ExecuteScalarAsync<bool>(AreOn, new { host });

    public Task<bool> AreMovingAsync(DbConnection connection, string host)
        => connection.ExecuteScalarAsync<bool>(AreMoving, new { host });

    /// <summary>The values of <see cref="OnHosts"/>.</summary>
    internal static object ValuesOf(IEnumerable<string> hosts) => new
    {
        hosts = new JsonObject
        {
            ["hosts"] = new JsonArray([.. hosts.Select(host => JsonValue.Create(host))]),
        }.ToJsonString(),
    };
}
