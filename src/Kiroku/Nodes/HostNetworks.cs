using Dapper;
using Kiroku.Hypervisors;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>The networks of all hosts, as their nodes said last.</summary>
internal sealed class HostNetworks(IDatabase database)
{
    /// <summary>Each host whose network is known, by name; a host that is away has its servers there still.</summary>
    public Task<IReadOnlyList<(string Host, HostNetwork Network)>> ListAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<(string, HostNetwork)>>(async connection =>
        {
            var rows = await connection.QueryAsync<(string Host, string Network)>(
                "SELECT name, network FROM nodes WHERE network IS NOT NULL AND roles LIKE '%compute%' ORDER BY name");
            return
            [
                .. rows.Select(row => (row.Host, Network: NetworkText.Read(row.Network)))
                    .Where(row => row.Network is not null).Select(row => (row.Host, row.Network!)),
            ];
        }, cancellationToken);
}
