using System.Data.Common;
using System.Runtime.CompilerServices;
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
        => query is { Marker: null, Predicates: [], Sorting.IsInSql: true }
            ? database.ReadOneAsync<IReadOnlyList<Server>>(
                async connection => await ReadAsync(connection, query.Page(after: null, query.Limit)),
                cancellationToken)
            : database.ReadAsync(connection => ReadAsync(connection, query, cancellationToken), cancellationToken);

    private static async Task<IReadOnlyList<Server>> ReadAsync(
        DbConnection connection, ServerQuery query, CancellationToken cancellationToken)
    {
        var begin = query.Marker is { } marker
            ? (await ReadAsync(connection, query.Begin(marker))).SingleOrDefault() ?? throw new UnknownMarkerException()
            : null;
        return query.Sorting.IsInSql
            ? await FindAsync(connection, query, begin, cancellationToken)
            : await SortAsync(connection, query, begin, cancellationToken);
    }

    private static async Task<List<Server>> FindAsync(
        DbConnection connection, ServerQuery query, Server? begin, CancellationToken cancellationToken)
    {
        var found = new List<Server>();
        var most = query.Predicates is [] ? query.Limit : Piece;
        await foreach (var piece in ReadInPiecesAsync(connection, query, begin, most, cancellationToken))
        {
            found.AddRange(piece.Where(query.Matches).Take(query.Limit - found.Count));
            if (found.Count >= query.Limit)
                break;
        }
        return found;
    }

    /// <summary>Holds no more than a page and a piece at any time, however long the list is.</summary>
    private static async Task<List<Server>> SortAsync(
        DbConnection connection, ServerQuery query, Server? begin, CancellationToken cancellationToken)
    {
        var (page, any) = (new List<Server>(), query with { Sorting = ServerSorting.NewestFirst });
        await foreach (var piece in ReadInPiecesAsync(connection, any, after: null, Piece, cancellationToken))
        {
            var behind = piece.Where(
                server => query.Matches(server) && (begin is null || query.Sorting.Compare(server, begin) > 0));
            page = [.. page.Concat(behind).Order(query.Sorting).Take(query.Limit)];
        }
        return page;
    }

    /// <summary>Ends between two pieces if nobody waits for the list any more.</summary>
    private static async IAsyncEnumerable<List<Server>> ReadInPiecesAsync(
        DbConnection connection, ServerQuery query, Server? after, int most,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = await ReadAsync(connection, query.Page(after, most));
            yield return piece;
            if (piece.Count < most)
                yield break;
            after = piece[^1];
        }
    }

    private static async Task<List<Server>> ReadAsync(
        DbConnection connection, (string Sql, DynamicParameters Values) statement)
        => [.. (await connection.QueryAsync<ServerRow>(statement.Sql, statement.Values)).Select(row => row.ToServer())];
}
