using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>The rows of hosts' services, as administrators have set them.</summary>
internal sealed class ServiceStore(IDatabase database)
{
    /// <summary>The host's service, which is enabled unless an administrator has changed it.</summary>
    public Task<Service> GetAsync(string host, CancellationToken cancellationToken)
        => database.ReadOneAsync(connection => GetAsync(connection, host), cancellationToken);

    /// <summary>The same within the caller's transaction.</summary>
    public static async Task<Service> GetAsync(DbConnection connection, string host)
        => await connection.QueryFirstOrDefaultAsync<Service>(
            "SELECT * FROM services WHERE host = @host", new { host })
            ?? new Service { Host = host };

    /// <summary>Changes a host's service.</summary>
    /// <returns>The service as it is from now on.</returns>
    public Task<Service> ChangeAsync(string host, Func<Service, Service> change, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            var changed = change(await GetAsync(connection, host));
            await connection.ExecuteAsync(
                $"{Columns<Service>.Insert("services")} ON CONFLICT (host) DO UPDATE SET "
                    + Columns<Service>.Assignments(nameof(Service.Host)), changed);
            return changed;
        }, cancellationToken);
}
