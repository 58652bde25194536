using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Quotas;
using Kiroku.Scheduling;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Groups;

/// <summary>The rows of server groups. Which servers are in one is in the rows of those servers.</summary>
internal sealed class ServerGroupStore(IDatabase database, QuotaStore quotas, TimeProvider time)
{
    private static readonly string Insert = Columns<ServerGroup>.Insert("server_groups", nameof(ServerGroup.Members));

    /// <summary>
    /// How many of a group's servers are on each host, or have a claim there. The plus, here and below, keeps SQLite
    /// from taking the index of all servers that are not deleted.
    /// </summary>
    internal const string Hosts =
        """
        WITH places AS (
            SELECT host FROM servers
            WHERE server_group_id = @id AND +deleted = 0 AND id <> @Except AND host IS NOT NULL
            UNION ALL
            SELECT other_host FROM servers
            WHERE server_group_id = @id AND +deleted = 0 AND id <> @Except AND other_host IS NOT NULL
                AND other_vcpus + other_memory_mib + other_disk_gib > 0
        )
        SELECT host, COUNT(*) AS servers FROM places GROUP BY host
        """;

    internal const string OfUser =
        """
        SELECT (SELECT COUNT(*) FROM servers WHERE server_group_id = @id AND user_id = @UserId AND +deleted = 0)
        FROM server_groups WHERE id = @id
        """;

    public Task<ServerGroup?> FindAsync(Guid id, CancellationToken cancellationToken)
        => database.ReadOneAsync(
            async connection => (await ReadAsync(connection, "WHERE id = @id", new { id })).SingleOrDefault(),
            cancellationToken);

    /// <summary>A page of the groups of a project, or of all (null), oldest first.</summary>
    public Task<IReadOnlyList<ServerGroup>> ListAsync(
        string? projectId, int offset, int limit, CancellationToken cancellationToken)
        => database.ReadOneAsync(
            connection => ReadAsync(
                connection,
                """
                WHERE (@projectId IS NULL OR project_id = @projectId)
                ORDER BY created_at, id LIMIT @limit OFFSET @offset
                """, new { projectId, offset, limit }), cancellationToken);

    /// <exception cref="Fault">403: the project has as many as allowed.</exception>
    public Task AddAsync(ServerGroup group, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            RequireRoom(await quotas.GetAsync(connection, group.ProjectId));
            var now = await database.NowAsync(connection, time);
            return await connection.ExecuteAsync(Insert, group with { CreatedAt = now });
        }, cancellationToken);

    /// <summary>Deletes a group. Its servers stay, each where it is, and are in none.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            await connection.ExecuteAsync(
                "UPDATE servers SET server_group_id = NULL WHERE server_group_id = @id", new { id });
            return await connection.ExecuteAsync("DELETE FROM server_groups WHERE id = @id", new { id }) > 0;
        }, cancellationToken);

    /// <exception cref="Fault">403: the project has as many groups as allowed.</exception>
    public static void RequireRoom(QuotaSet allowed)
    {
        if (allowed[QuotaResources.ServerGroups].Left < 1)
            throw new Fault(403, "Quota exceeded, too many server groups.");
    }

    /// <summary>
    /// Makes sure, within the caller's transaction, that new servers like this one may join its group.
    /// </summary>
    /// <exception cref="Fault">400: the group is gone. 403: its user may not have so many servers there.</exception>
    public static async Task RequireRoomAsync(DbConnection connection, Server server, int number, QuotaSet allowed)
    {
        if (server.ServerGroupId is not { } id)
            return;
        var members = await connection.ExecuteScalarAsync<long?>(OfUser, new { id, server.UserId })
            ?? throw Fault.BadRequest(Unknown($"{id}"));
        if (members + number > allowed[QuotaResources.ServerGroupMembers].Left)
            throw new Fault(403, "Quota exceeded, too many servers in group");
    }

    /// <summary>
    /// What the scheduler must know of the group of a server that needs a host, within the caller's transaction; null
    /// for none. A server that moves, or may still go back, is on both of its hosts.
    /// </summary>
    public static async Task<GroupToPlace?> FindToPlaceAsync(DbConnection connection, Server server)
    {
        if (server.ServerGroupId is not { } id)
            return null;
        var group = await connection.QuerySingleAsync<ServerGroup>(
            "SELECT * FROM server_groups WHERE id = @id", new { id });
        var hosts = await connection.QueryAsync<(string Host, long Servers)>(Hosts, new { id, Except = server.Id });
        return new GroupToPlace(
            group.Policy, group.MaxServerPerHost ?? 1, hosts.ToDictionary(on => on.Host, on => (int)on.Servers));
    }

    public static string Unknown(string id) => $"Instance group {id} could not be found.";

    internal static string MembersOf(IEnumerable<Guid> groups)
        => $"""
            SELECT server_group_id, id FROM servers
            WHERE +deleted = 0 AND server_group_id IN {SqlList.Of(groups)} ORDER BY created_at, id
            """;

    private static async Task<IReadOnlyList<ServerGroup>> ReadAsync(
        DbConnection connection, string which, object values)
    {
        var groups = (await connection.QueryAsync<ServerGroup>(
            $"SELECT * FROM server_groups {which}", values)).AsList();
        var members = (await connection.QueryAsync<(Guid Group, Guid Server)>(
            MembersOf(groups.ConvertAll(group => group.Id)))).ToLookup(member => member.Group, member => member.Server);
        return groups.ConvertAll(group => group with { Members = [.. members[group.Id]] });
    }
}
