using System.Data.Common;
using Dapper;
using Kiroku.Hosts;
using Kiroku.Scheduling;

namespace Kiroku.Servers;

/// <summary>What servers take up on hosts, and what administrators say of these, as it stands within a transaction.</summary>
internal sealed class HostClaims
{
    private readonly Dictionary<string, Claim> claims;
    private readonly Dictionary<string, Service> services;

    private HostClaims(Dictionary<string, Claim> claims, Dictionary<string, Service> services) => (this.claims, this.services) = (claims, services);

    /// <summary>What all servers take up but one, which is about to be placed.</summary>
    public static async Task<HostClaims> ReadAsync(DbConnection connection, Guid except)
    {
        var rows = await connection.QueryAsync<Row>(
            """
            SELECT host, CAST(SUM(vcpus) AS BIGINT) AS vcpus, CAST(SUM(memory_mib) AS BIGINT) AS memory_mib, CAST(SUM(disk_gib) AS BIGINT) AS disk_gib
            FROM (
                SELECT host, claimed_vcpus AS vcpus, claimed_memory_mib AS memory_mib, claimed_disk_gib AS disk_gib
                FROM servers WHERE deleted = 0 AND host IS NOT NULL AND id <> @except
                UNION ALL
                SELECT other_host, other_vcpus, other_memory_mib, other_disk_gib
                FROM servers WHERE deleted = 0 AND other_host IS NOT NULL AND id <> @except
            ) AS taken GROUP BY host
            """, new { except });
        var services = await connection.QueryAsync<Service>("SELECT host, disabled, disabled_reason, forced_down FROM services");
        return new HostClaims(
            rows.ToDictionary(row => row.Host, row => new Claim((int)row.Vcpus, (int)row.MemoryMib, (int)row.DiskGib)),
            services.ToDictionary(service => service.Host));
    }

    public Claim On(string host) => claims.GetValueOrDefault(host, Claim.None);

    /// <summary>Whether the host may be given servers, as far as administrators say.</summary>
    public bool IsEnabled(string host) => services.GetValueOrDefault(host) is not ({ Disabled: true } or { ForcedDown: true });

    private sealed record Row
    {
        public required string Host { get; init; }
        public long Vcpus { get; init; }
        public long MemoryMib { get; init; }
        public long DiskGib { get; init; }
    }
}
