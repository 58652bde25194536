using System.Data.Common;
using System.Text.Json.Serialization;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>
/// Servers that another one is to be on a host with, or on none with, now and whenever it is placed anew (Nova's
/// scheduler hints same_host and different_host). One that is on no host, or unknown, is nowhere.
/// </summary>
/// <param name="SameHost">It is to be on a host with any of these; empty for any host.</param>
/// <param name="DifferentHost">It is to be on no host with one of these.</param>
internal sealed record PlacementHints(IReadOnlyList<Guid> SameHost, IReadOnlyList<Guid> DifferentHost)
{
    [JsonIgnore]
    public bool IsEmpty => SameHost.Count == 0 && DifferentHost.Count == 0;

    /// <summary>Those of the hosts where the server must not be.</summary>
    public async Task<IEnumerable<string>> ListUnsuitableAsync(DbConnection connection, IEnumerable<string> hosts)
    {
        var (with, without) = (await HostsOfAsync(connection, SameHost), await HostsOfAsync(connection, DifferentHost));
        return hosts.Where(host => without.Contains(host) || (SameHost.Count > 0 && !with.Contains(host)));
    }

    private static async Task<HashSet<string>> HostsOfAsync(DbConnection connection, IReadOnlyList<Guid> servers)
        => [.. await connection.QueryAsync<string>(
            $"SELECT host FROM servers WHERE id IN {SqlList.Of(servers)} AND deleted = 0 AND host IS NOT NULL")];
}
