using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// Finds and removes the actions beyond the limits of retention. A server's actions end in the order they began, so all
/// that ended up to one action are removed: <see cref="Surplus.Last"/>. An index finds that action, whatever the number
/// of rows.
/// </summary>
internal sealed class RetentionStore(IDatabase database, FinishedRecords records, IRecordedServers recorded)
{
    /// <summary>The last action that ended before a moment; the running one is passed over.</summary>
    public const string LastByAge = """
        SELECT a.id FROM actions a
        WHERE a.server_id = s.id AND a.updated_at < @EndedBefore AND a.finish_time IS NOT NULL
        ORDER BY a.updated_at DESC LIMIT 1
        """;

    /// <summary>The first action, from the newest, that is one too many.</summary>
    public const string LastByCount
        = "SELECT a.id FROM actions a WHERE a.server_id = s.id ORDER BY a.id DESC LIMIT 1 OFFSET @MaxCount";

    /// <summary>Whether it is this process's turn to look. Of several that share the store one looks.</summary>
    public Task<bool> HasTurnAsync(CancellationToken cancellationToken) => database.HasTurnAsync(cancellationToken);

    /// <summary>The next servers in the order of their ids, each with its surplus.</summary>
    public Task<IReadOnlyList<Surplus>> ListAsync(RetentionQuery query, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<Surplus>>(async connection =>
        {
            var next = await recorded.ListAsync(connection, query);
            return next.Count == 0 ? [] : (await connection.QueryAsync<Surplus>(Sql(query, next), query)).AsList();
        }, cancellationToken);

    /// <summary>Ids of the oldest ended actions of a server between two of its actions.</summary>
    public Task<IReadOnlyList<long>> ListActionsAsync(
        Guid serverId, long after, long last, int most, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<long>>(async connection => (await connection.QueryAsync<long>(
            """
            SELECT id FROM actions
            WHERE server_id = @serverId AND id > @after AND id <= @last AND finish_time IS NOT NULL
            ORDER BY id LIMIT @most
            """, new { serverId, after, last, most })).AsList(), cancellationToken);

    /// <summary>
    /// Removes ended actions of some servers with their events, and then those deleted servers that have no actions
    /// left.
    /// </summary>
    /// <returns>The numbers of removed actions and servers.</returns>
    public async Task<(int Actions, int Servers)> RemoveAsync(
        IReadOnlyCollection<long> actions, IReadOnlyCollection<Guid> servers, CancellationToken cancellationToken)
    {
        using var removing = records.Removing(servers);
        return await database.WriteAsync(async connection =>
        {
            // First: it locks the rows, so that nobody else changes these records meanwhile.
            await recorded.CountRemovalAsync(connection, servers);
            var ids = SqlList.Of(actions);
            await connection.ExecuteAsync($"DELETE FROM action_events WHERE action_id IN {ids}");
            var removed = await connection.ExecuteAsync(
                $"DELETE FROM actions WHERE id IN {ids} AND finish_time IS NOT NULL");
            var empty = (await connection.QueryAsync<Guid>(Empty(servers))).AsList();
            return (removed, empty.Count == 0 ? 0 : await recorded.RemoveDeletedAsync(connection, empty));
        }, cancellationToken);
    }

    private static string Sql(RetentionQuery query, IEnumerable<Guid> servers) => $"""
        WITH s (id) AS ({SqlList.Rows(servers)})
        SELECT s.id AS server_id,
            {(query.EndedBefore is null ? "NULL" : $"({LastByAge})")} AS last_by_age,
            {(query.MaxCount is null ? "NULL" : $"({LastByCount})")} AS last_by_count
        FROM s ORDER BY s.id
        """;

    /// <summary>The servers that have no action left.</summary>
    private static string Empty(IEnumerable<Guid> servers) => $"""
        WITH s (id) AS ({SqlList.Rows(servers)})
        SELECT s.id FROM s WHERE NOT EXISTS (SELECT 1 FROM actions a WHERE a.server_id = s.id)
        """;
}

/// <summary>The actions of a server to remove: every ended one up to <see cref="Last"/>.</summary>
internal sealed record Surplus
{
    public Guid ServerId { get; init; }

    public long? LastByAge { get; init; }

    public long? LastByCount { get; init; }

    public long Last => Math.Max(LastByAge ?? 0, LastByCount ?? 0);
}
