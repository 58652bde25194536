using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>
/// The nodes in the order of their folders' ids, which are random, so that neighbours there seldom share a rack. Each
/// node watches some that follow it, so what it reads does not grow with their number.
/// </summary>
internal sealed class NodeOrder(SideDatabase side, TimeProvider time)
{
    /// <summary>How many nodes that report each node watches, and so by how many each is watched.</summary>
    public const int Watched = 8;

    /// <summary>Reads nodes that have not left, from behind a given one on.</summary>
    public const string Following =
        """
        SELECT name, folder, silo, seen_at FROM nodes WHERE silo IS NOT NULL AND (folder, name) > (@Folder, @Name)
        ORDER BY folder, name LIMIT @Most
        """;

    /// <summary>Reads the first nodes that have reported since a time.</summary>
    public const string First =
        """
        SELECT name FROM nodes WHERE silo IS NOT NULL AND seen_at > @since ORDER BY folder, name LIMIT @most
        """;

    /// <summary>Reads the processes that take no new work.</summary>
    public const string Draining = "SELECT silo FROM nodes WHERE draining = 1 AND silo IS NOT NULL";

    private readonly IDatabase database = side.Database;

    /// <summary>
    /// Reads what a node is to know of others. The statements need not see one moment: a node that reports in between
    /// is not silent.
    /// </summary>
    /// <param name="name">The node's name.</param>
    /// <param name="folder">The id of its folder.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<NodeLook> LookAsync(string name, string folder, CancellationToken cancellationToken)
        => database.ReadOneAsync(async connection =>
        {
            var draining = await connection.QueryAsync<string>(Draining);
            var now = await database.NowAsync(connection, time);
            var watched = await WatchAsync(connection, new Place(folder, name), now);
            return new NodeLook(draining.AsList(), watched, now);
        }, cancellationToken);

    /// <summary>The names of the first nodes that have reported within the last moments.</summary>
    public Task<IReadOnlyList<string>> ListFirstAsync(int most, TimeSpan within, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<string>>(async connection =>
        {
            var since = await database.NowAsync(connection, time) - within;
            return (await connection.QueryAsync<string>(First, new { since, most })).AsList();
        }, cancellationToken);

    /// <summary>
    /// The nodes from a place on, and from the beginning behind the last one, until enough of them report. Those that
    /// are silent do not count: they watch nobody, so whoever precedes them watches on in their place.
    /// </summary>
    private static async Task<IReadOnlyList<WatchedNode>> WatchAsync(DbConnection connection, Place own, DateTime now)
    {
        var found = new List<WatchedNode>();
        var (place, isSecondRound) = (own, false);
        while (found.Count(node => node.WasSeen(now)) < Watched)
        {
            var page = await ReadAsync(connection, place);
            found.AddRange(page.TakeWhile(node => node.Name != own.Name));
            if (page.Any(node => node.Name == own.Name) || (isSecondRound && page.Count < Watched))
                break;
            isSecondRound |= page.Count < Watched;
            place = page.Count < Watched ? Place.BeforeAll : new Place(page[^1].Folder, page[^1].Name);
        }
        return found;
    }

    private static async Task<List<WatchedNode>> ReadAsync(DbConnection connection, Place place)
        => (await connection.QueryAsync<WatchedNode>(
            Following, new { place.Folder, place.Name, Most = Watched })).AsList();

    /// <summary>A place in the order.</summary>
    private readonly record struct Place(string Folder, string Name)
    {
        public static readonly Place BeforeAll = new("", "");
    }
}

/// <summary>What a node has read of others.</summary>
/// <param name="Draining">The processes that take no new work, of all nodes.</param>
/// <param name="Watched">The nodes that it watches.</param>
/// <param name="Now">The store's time.</param>
internal sealed record NodeLook(
    IReadOnlyList<string> Draining, IReadOnlyList<WatchedNode> Watched, DateTime Now)
{
    public IEnumerable<WatchedNode> Silent => Watched.Where(node => !node.WasSeen(Now));
}

/// <summary>A node that another one watches.</summary>
internal sealed record WatchedNode
{
    public required string Name { get; init; }

    public required string Folder { get; init; }

    public required string Silo { get; init; }

    public DateTime SeenAt { get; init; }

    /// <summary>Whether its process runs, as far as its reports tell at that moment.</summary>
    public bool WasSeen(DateTime now) => now - SeenAt < Node.Lifetime;
}
