using Dapper;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>
/// Removes a host that no longer exists. A host that runs would only report itself again, and a host with servers is
/// still needed.
/// </summary>
internal sealed class HostRemoval(IDatabase database, IServersOnHosts servers)
{
    /// <exception cref="Fault">409: the host has servers or their disks, a server moves to or from it, or it is
    /// up.</exception>
    public Task RemoveAsync(Host host, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            var name = host.Name;
            if (await servers.AreOnAsync(connection, name))
                throw Fault.Conflict(
                    "Unable to delete compute service that is hosting instances. "
                        + "Migrate or delete the instances first.");
            if (await servers.AreMovingAsync(connection, name))
                throw Fault.Conflict(
                    "Unable to delete compute service that has in-progress migrations. "
                        + "Complete the migrations or delete the instances first.");
            if (host.IsUp)
                throw Fault.Conflict(
                    $"Unable to delete compute service of the host {name}, which is up. End it first.");
            await connection.ExecuteAsync("DELETE FROM services WHERE host = @name", new { name });
            return await connection.ExecuteAsync("DELETE FROM nodes WHERE name = @name", new { name });
        }, cancellationToken);
}
