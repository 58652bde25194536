using System.Data.Common;
using Dapper;
using Kiroku.Nodes;

namespace Kiroku.Servers.State;

/// <summary>The rows of servers by the hosts that they are on.</summary>
internal sealed class ServersOnHosts : IServersOnHosts
{
    private const string Uses =
        """
        WITH claims AS (
            SELECT host, 1 AS server, CASE WHEN running_action IS NULL THEN 0 ELSE 1 END AS busy,
                claimed_vcpus AS vcpus, claimed_memory_mib AS memory_mib, claimed_disk_gib AS disk_gib
            FROM servers WHERE deleted = 0 AND host IS NOT NULL AND id <> @except
            UNION ALL
            SELECT other_host, 0, 0, other_vcpus, other_memory_mib, other_disk_gib
            FROM servers WHERE deleted = 0 AND other_host IS NOT NULL AND id <> @except
        )
        SELECT host, CAST(SUM(server) AS BIGINT) AS servers, CAST(SUM(busy) AS BIGINT) AS busy,
            CAST(SUM(vcpus) AS BIGINT) AS vcpus, CAST(SUM(memory_mib) AS BIGINT) AS memory_mib,
            CAST(SUM(disk_gib) AS BIGINT) AS disk_gib
        FROM claims GROUP BY host
        """;

    public async Task<IReadOnlyDictionary<string, HostUse>> ListUsesAsync(
        DbConnection connection, Guid except = default)
        => (await connection.QueryAsync<HostUse>(Uses, new { except })).ToDictionary(use => use.Host);

    public async Task<ILookup<string, (Guid Id, string Name)>> ListAsync(DbConnection connection)
        => (await connection.QueryAsync<(string Host, Guid Id, string Name)>(
            "SELECT host, id, name FROM servers WHERE deleted = 0 AND host IS NOT NULL ORDER BY created_at, id"))
            .ToLookup(server => server.Host, server => (server.Id, server.Name));

    public Task<bool> AreOnAsync(DbConnection connection, string host)
        => ExistAsync(connection, host, "host = @host OR disk_host = @host");

    public Task<bool> AreMovingAsync(DbConnection connection, string host)
        => ExistAsync(connection, host, "other_host = @host OR former_host = @host");

    private static Task<bool> ExistAsync(DbConnection connection, string host, string condition)
        => connection.ExecuteScalarAsync<bool>(
            $"SELECT EXISTS (SELECT 1 FROM servers WHERE deleted = 0 AND ({condition}))", new { host });
}
