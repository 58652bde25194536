using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Lists;

/// <summary>Reads the pages of lists of servers.</summary>
internal sealed class ServerLists(IDatabase database)
{
    /// <summary>How many rows are read at a time to find those that fulfil conditions which SQL cannot tell.</summary>
    private const int Piece = 500;

    /// <summary>A page of servers in the order asked for.</summary>
    /// <exception cref="UnknownMarkerException">The marker names no server that the query could list.</exception>
    public Task<IReadOnlyList<Server>> ListAsync(ServerQuery query, CancellationToken cancellationToken)
        => query is { Marker: null, Predicates: [] }
            ? database.ReadOneAsync(connection => ReadAsync(connection, query), cancellationToken)
            : database.ReadAsync(connection => ReadAsync(connection, query), cancellationToken);

    private static async Task<IReadOnlyList<Server>> ReadAsync(DbConnection connection, ServerQuery query)
    {
        var begin = query.Marker is { } marker
            ? (await ReadAsync(connection, query.Begin(marker))).SingleOrDefault() ?? throw new UnknownMarkerException()
            : null;
        return query.Sorting.IsInSql
            ? await ReadInPiecesAsync(connection, query, begin)
            : (await ReadAsync(connection, query.All()))
                .Where(server => query.Matches(server)
                    && (begin is null || query.Sorting.Compare(server, begin) > 0))
                .Order(query.Sorting).Take(query.Limit).ToList();
    }

    private static async Task<List<Server>> ReadInPiecesAsync(
        DbConnection connection, ServerQuery query, Server? begin)
    {
        var found = new List<Server>();
        for (var after = begin; ;)
        {
            var most = query.Predicates is [] ? query.Limit : Piece;
            var read = await ReadAsync(connection, query.Page(after, most));
            found.AddRange(read.Where(query.Matches).Take(query.Limit - found.Count));
            if (found.Count >= query.Limit || read.Count < most)
                return found;
            after = read[^1];
        }
    }

    private static async Task<List<Server>> ReadAsync(
        DbConnection connection, (string Sql, DynamicParameters Values) statement)
        => [.. (await connection.QueryAsync<ServerRow>(statement.Sql, statement.Values)).Select(row => row.ToServer())];
}
