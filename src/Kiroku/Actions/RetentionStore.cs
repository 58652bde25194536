using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// Finds and removes the actions beyond the limits of retention. A server's actions end in the order they began, so
/// they are removed from the oldest on, and what is looked at does not depend on how many there are.
/// </summary>
internal sealed class RetentionStore(IDatabase database, FinishedRecords records, IRecordedServers recorded)
{
    /// <summary>Whether the server's oldest ended action ended too long ago; the running one is passed over.</summary>
    public const string OldestByAge = """
        SELECT CASE WHEN r.changed < @EndedBefore THEN 1 ELSE 0 END FROM records r
        WHERE r.server = server_key(s.id) AND r.outcome <> 0 ORDER BY r.id LIMIT 1
        """;

    /// <summary>The first action, from the newest, that is one too many.</summary>
    public const string LastByCount = """
        SELECT r.id FROM records r WHERE r.server = server_key(s.id) ORDER BY r.id DESC LIMIT 1 OFFSET @MaxCount
        """;

    /// <summary>Whether it is this process's turn to look. Of several that share the store one looks.</summary>
    public Task<bool> HasTurnAsync(CancellationToken cancellationToken) => database.HasTurnAsync(cancellationToken);

    /// <summary>The next servers in the order of their ids, each with its surplus.</summary>
    public Task<IReadOnlyList<Surplus>> ListAsync(RetentionQuery query, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<Surplus>>(async connection =>
        {
            var next = await recorded.ListAsync(connection, query);
            return next.Count == 0
                ? []
                : (await connection.QueryAsync<Surplus>(Sql(query, next), Limits(query))).AsList();
        }, cancellationToken);

    /// <summary>Ids of the oldest ended actions of a server that are beyond the limits, after one of them.</summary>
    public Task<IReadOnlyList<long>> ListActionsAsync(
        Surplus surplus, RetentionQuery query, (long After, int Most) page, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<long>>(async connection =>
        {
            var ended = await connection.QueryAsync<(long Id, long Changed)>(
                """
                SELECT id, changed FROM records
                WHERE server = @server AND id > @After AND outcome <> 0
                ORDER BY id LIMIT @Most
                """, new { server = CompactId.Of(surplus.ServerId), page.After, page.Most });
            return [.. ended.TakeWhile(action => action.Id <= (surplus.LastByCount ?? 0)
                || (query.EndedBefore is { } before && action.Changed < Micros.Of(before)))
                .Select(action => action.Id)];
        }, cancellationToken);

    /// <summary>
    /// Removes ended actions of some servers, and then those deleted servers that have no actions left.
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
            var removed = await connection.ExecuteAsync($"DELETE FROM records WHERE id IN {ids} AND outcome <> 0");
            var empty = (await connection.QueryAsync<Guid>(Empty(servers))).AsList();
            return (removed, empty.Count == 0 ? 0 : await recorded.RemoveDeletedAsync(connection, empty));
        }, cancellationToken);
    }

    private static object Limits(RetentionQuery query)
        => new
        {
            EndedBefore = query.EndedBefore is { } before ? Micros.Of(before) : 0,
            MaxCount = query.MaxCount ?? 0,
        };

    private static string Sql(RetentionQuery query, IEnumerable<Guid> servers) => $"""
        WITH s (id) AS ({SqlList.Rows(servers)})
        SELECT s.id AS server_id,
            {(query.EndedBefore is null ? "NULL" : $"({OldestByAge})")} AS is_too_old,
            {(query.MaxCount is null ? "NULL" : $"({LastByCount})")} AS last_by_count
        FROM s ORDER BY s.id
        """;

    /// <summary>The servers that have no action left.</summary>
    private static string Empty(IEnumerable<Guid> servers) => $"""
        WITH s (id) AS ({SqlList.Rows(servers)})
        SELECT s.id FROM s WHERE NOT EXISTS (SELECT 1 FROM records r WHERE r.server = server_key(s.id))
        """;
}

/// <summary>What is to be removed of a server's record.</summary>
internal sealed record Surplus
{
    public Guid ServerId { get; init; }

    /// <summary>Whether its oldest ended action ended too long ago.</summary>
    public bool? IsTooOld { get; init; }

    /// <summary>The newest of those that are too many.</summary>
    public long? LastByCount { get; init; }

    public bool HasAny => IsTooOld == true || LastByCount > 0;
}
