using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>What administrators have said of hosts' services.</summary>
internal sealed class ServiceStore(IDatabase database)
{
    /// <summary>The host's service: enabled, if nobody has said anything of it.</summary>
    public Task<Service> GetAsync(string host, CancellationToken cancellationToken)
        => database.ReadAsync(connection => GetAsync(connection, host), cancellationToken);

    /// <summary>The same within the caller's transaction.</summary>
    public static async Task<Service> GetAsync(DbConnection connection, string host)
        => await connection.QueryFirstOrDefaultAsync<Service>(
            "SELECT host, disabled, disabled_reason, forced_down FROM services WHERE host = @host", new { host })
            ?? new Service { Host = host };

    /// <summary>Changes what is said of a host's service.</summary>
    /// <returns>The service as it is from now on.</returns>
    public Task<Service> ChangeAsync(string host, Func<Service, Service> change, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            var changed = change(await GetAsync(connection, host));
            await connection.ExecuteAsync(
                """
                INSERT INTO services (host, disabled, disabled_reason, forced_down)
                VALUES (@Host, @Disabled, @DisabledReason, @ForcedDown)
                ON CONFLICT (host) DO UPDATE SET disabled = excluded.disabled,
                    disabled_reason = excluded.disabled_reason,
                    forced_down = excluded.forced_down
                """, changed);
            return changed;
        }, cancellationToken);
}
