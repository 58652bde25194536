using Dapper;
using Kiroku.Networks;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>
/// The reads of servers that nodes repeat all the time. Each goes through an index and grows with what is under way, or
/// with one host's machines, and not with the cloud.
/// </summary>
internal sealed class WatchedServers(IDatabase database)
{
    /// <summary>
    /// Reads the servers on which actions run. None of them is deleted; asking for that as well would make SQLite take
    /// the index of all that are not.
    /// </summary>
    internal const string Running = "SELECT id FROM servers WHERE running_action IS NOT NULL";

    /// <summary>Each part goes through an index of its own.</summary>
    internal const string NeedImage =
        """
        SELECT EXISTS (SELECT 1 FROM servers WHERE image_id = @image AND deleted = 0)
            OR EXISTS (SELECT 1 FROM servers WHERE rescue_image_id = @image AND deleted = 0)
            OR EXISTS (SELECT 1 FROM servers WHERE running_action IS NOT NULL)
        """;

    /// <summary>The condition that a server is on a host, or moves to or from it: by two indexes.</summary>
    internal const string OnOrMoving =
        """
        id IN (SELECT id FROM servers WHERE deleted = 0 AND host = @host
            UNION ALL SELECT id FROM servers WHERE deleted = 0 AND other_host = @host)
        """;

    internal static readonly string OnHost
        = $"SELECT {ServerRow.Selected} FROM servers WHERE deleted = 0 AND host = @host";

    internal static readonly string Cards =
        $"""
        SELECT * FROM (
            SELECT id, project_id, labels, {GroupStore.StandOf("servers.project_id")} AS stand
            FROM servers WHERE {OnOrMoving}) cards
        WHERE stand IS NOT NULL ORDER BY id
        """;

    /// <summary>The ids of all servers on which actions run.</summary>
    public Task<IReadOnlyList<Guid>> ListRunningAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<Guid>>(
            async connection => (await connection.QueryAsync<Guid>(Running)).AsList(), cancellationToken);

    /// <summary>Whether a server needs an image, or an action runs that may be about to use it.</summary>
    public Task<bool> NeedImageAsync(string image, CancellationToken cancellationToken)
        => database.ReadOneAsync(
            connection => connection.ExecuteScalarAsync<bool>(NeedImage, new { image }), cancellationToken);

    /// <summary>The servers on a host, and those, deleted or not, of machines that are there without them.</summary>
    public Task<IReadOnlyList<Server>> ListOnHostAsync(
        string host, IEnumerable<Guid> machines, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<Server>>(async connection =>
        {
            var rows = (await connection.QueryAsync<ServerRow>(OnHost, new { host })).AsList();
            var others = machines.Except(rows.Select(row => row.Id)).ToList();
            if (others.Count > 0)
                rows.AddRange(await connection.QueryAsync<ServerRow>(
                    $"SELECT {ServerRow.Selected} FROM servers WHERE id IN {SqlList.Of(others)}"));
            return rows.ConvertAll(row => row.ToServer());
        }, cancellationToken);

    /// <summary>The cards of a host's machines that security groups filter, as far as the groups go.</summary>
    public Task<IReadOnlyList<FilteredCard>> ListCardsAsync(string host, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<FilteredCard>>(
            async connection => (await connection.QueryAsync<FilteredCard>(Cards, new { host })).AsList(),
            cancellationToken);
}

/// <summary>What the filter of a server's card is made of, to be compared with the same of a moment before.</summary>
internal sealed record FilteredCard
{
    /// <summary>The server.</summary>
    public Guid Id { get; init; }

    public string ProjectId { get; init; } = "";

    /// <summary>The server's labels, among them its groups.</summary>
    public string Labels { get; init; } = "";

    /// <summary>The stand of its project's groups.</summary>
    public string Stand { get; init; } = "";
}
