using Dapper;
using Kiroku.Storage;

namespace Kiroku.Networks;

/// <summary>
/// Reads ports from the servers' rows, a page at a time: no request has all servers in memory, and one that names a
/// server reads that alone.
/// </summary>
internal sealed class PortStore(IDatabase database)
{
    private const int LeastAtOnce = 100;

    /// <summary>The port of that id; null if there is none.</summary>
    public async Task<Port?> FindAsync(string id, NetworkMap networks, CancellationToken cancellationToken)
        => Guid.TryParseExact(id, "D", out var port)
            && await ListAsync(new PortQuery { Servers = [Port.IdOf(port)] }, networks, cancellationToken) is [var one]
            ? one
            : null;

    public async Task<IReadOnlyList<Port>> ListAsync(
        PortQuery query, NetworkMap networks, CancellationToken cancellationToken)
    {
        var (found, size) = (new List<Port>(), Math.Max(query.Limit, LeastAtOnce));
        while (found.Count < query.Limit)
        {
            var cards = await ReadAsync(query, size, cancellationToken);
            found.AddRange(
                cards.Select(card => Port.Of(card, networks)).OfType<Port>().Where(port => query.Takes(port)));
            if (cards.Count < size)
                break;
            query = query with { After = cards[^1].Id };
        }
        return found.Count > query.Limit ? found[..query.Limit] : found;
    }

    /// <summary>How many servers of a project have a card.</summary>
    public Task<long> CountAsync(string projectId, CancellationToken cancellationToken)
        => database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM servers WHERE project_id = @projectId AND deleted = 0 AND addresses <> '[]'",
            new { projectId }), cancellationToken);

    /// <summary>The projects that have servers.</summary>
    public Task<IReadOnlyList<string>> ListProjectsAsync(CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<string>>(async connection => (await connection.QueryAsync<string>(
            "SELECT DISTINCT project_id FROM servers WHERE deleted = 0 ORDER BY project_id")).AsList(),
            cancellationToken);

    private Task<IReadOnlyList<ServerCard>> ReadAsync(
        PortQuery query, int size, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<ServerCard>>(async connection =>
            (await connection.QueryAsync<ServerCard>(
                query.Sql(size), new { query.ProjectId, query.Pattern, query.After })).AsList(),
            cancellationToken);
}
