using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>The volumes that no server's row names, but that stay until a person has looked at them.</summary>
internal sealed class KeptVolumes(IDatabase database, TimeProvider time)
{
    /// <summary>Names of the kept volumes on a host.</summary>
    public Task<IReadOnlySet<string>> ListAsync(string host, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlySet<string>>(async connection =>
            (await connection.QueryAsync<string>("SELECT volume FROM kept_volumes WHERE host = @host", new { host }))
                .ToHashSet(), cancellationToken);

    /// <summary>
    /// The hosts that keep volumes of the server and hold nothing else that belongs to it. A disk that moved there
    /// might replace one of them.
    /// </summary>
    public static async Task<IEnumerable<string>> ListHostsAsync(DbConnection connection, Server server)
    {
        const string Sql = "SELECT DISTINCT host FROM kept_volumes WHERE server_id = @Id";
        return (await connection.QueryAsync<string>(Sql, new { server.Id })).Except(server.Hosts);
    }

    /// <summary>Records volumes of a server on a host as kept, if the fence still holds.</summary>
    public Task AddAsync(
        Fence fence, string host, IEnumerable<string> volumes, string reason, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            await fence.HoldAsync(connection);
            var since = time.UtcNow();
            return await connection.ExecuteAsync(
                """
                INSERT INTO kept_volumes (host, volume, server_id, reason, since)
                VALUES (@host, @volume, @ServerId, @reason, @since)
                ON CONFLICT (host, volume) DO NOTHING
                """, volumes.Select(volume => new { host, volume, fence.ServerId, reason, since }).ToList());
        }, cancellationToken);
}
