using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>The rows of servers as what keeps their record needs them.</summary>
internal sealed class RecordedServers : IRecordedServers
{
    public const string Next
        = "SELECT id FROM servers WHERE deleted = @Deleted AND id > @After ORDER BY id LIMIT @Most";

    public async Task<IReadOnlyList<Guid>> ListAsync(DbConnection connection, RetentionQuery query)
        => (await connection.QueryAsync<Guid>(Next, query)).AsList();

    public async Task<IReadOnlyList<(Guid Server, string Request)>> ListRunningAsync(DbConnection connection)
        => (await connection.QueryAsync<(Guid, string)>(
            "SELECT id, running_action FROM servers WHERE running_action IS NOT NULL")).AsList();

    public async Task<IReadOnlyDictionary<Guid, (string Name, string ProjectId)>> DescribeAsync(
        DbConnection connection, IEnumerable<Guid> servers)
        => (await connection.QueryAsync<(Guid Id, string Name, string ProjectId)>(
            $"SELECT id, name, project_id FROM servers WHERE id IN {SqlList.Of(servers)}"))
            .ToDictionary(server => server.Id, server => (server.Name, server.ProjectId));

    public Task CountRemovalAsync(DbConnection connection, IEnumerable<Guid> servers)
        => connection.ExecuteAsync($"UPDATE servers SET removals = removals + 1 WHERE id IN {SqlList.Of(servers)}");

    public Task<int> RemoveDeletedAsync(DbConnection connection, IEnumerable<Guid> servers)
        => connection.ExecuteAsync($"DELETE FROM servers WHERE id IN {SqlList.Of(servers)} AND deleted = 1");
}
