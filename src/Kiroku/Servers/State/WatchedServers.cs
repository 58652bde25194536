using Dapper;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>
/// The reads of servers that nodes repeat all the time. Each goes through an index and grows with what is under way,
/// and not with the cloud.
/// </summary>
internal sealed class WatchedServers(IDatabase database)
{
    private const string Running = "SELECT id FROM servers WHERE running_action IS NOT NULL AND deleted = 0";

    /// <summary>The ids of all servers on which actions run.</summary>
    public Task<IReadOnlyList<Guid>> ListRunningAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<Guid>>(
            async connection => (await connection.QueryAsync<Guid>(Running)).AsList(), cancellationToken);
}
