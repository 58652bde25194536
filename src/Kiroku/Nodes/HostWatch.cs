using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>
/// What is known of the hosts when somebody asks. This node's own is measured for it; what others have, and whether
/// they answer, is what their nodes said last.
/// </summary>
internal sealed class HostWatch(
    IDatabase database, IServersOnHosts servers, HostMeter meter, NodeSelf self, Silence silence, TimeProvider time)
{
    private const string Nodes =
        """
        SELECT n.*, n.name AS host, COALESCE(s.disabled, 0) AS disabled, s.disabled_reason,
            COALESCE(s.forced_down, 0) AS forced_down
        FROM nodes n LEFT JOIN services s ON s.host = n.name
        WHERE @name IS NULL OR n.name = @name
        ORDER BY n.name
        """;

    /// <summary>Where what servers take up is not asked for.</summary>
    private static readonly IReadOnlyDictionary<string, HostUse> NotAsked = new Dictionary<string, HostUse>();

    /// <summary>Every host with machines, by name.</summary>
    public async Task<IReadOnlyList<Host>> ListAsync(CancellationToken cancellationToken)
    {
        var here = await LookAsync(cancellationToken);
        return await database.ReadAsync(connection => ListAsync(connection, here), cancellationToken);
    }

    /// <summary>The host of that name; null if there is none.</summary>
    public async Task<Host?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var here = name == self.Name ? await LookAsync(cancellationToken) : null;
        return (await database.ReadAsync(
            async connection => await ListAsync(connection, name, await servers.ListUsesAsync(connection), here),
            cancellationToken)).SingleOrDefault();
    }

    /// <summary>What this node's own host has just now, for a transaction that is not to wait for it.</summary>
    public Task<HostLook> LookAsync(CancellationToken cancellationToken) => meter.LookAsync(cancellationToken);

    /// <summary>Every host with machines, by name, within the caller's transaction.</summary>
    /// <param name="connection">The transaction's.</param>
    /// <param name="here">What was measured of this node's own; null takes what it said last.</param>
    /// <param name="except">A server whose claims do not count, because it is about to claim anew.</param>
    public async Task<IReadOnlyList<Host>> ListAsync(DbConnection connection, HostLook? here, Guid except = default)
        => await ListAsync(connection, name: null, await servers.ListUsesAsync(connection, except), here);

    /// <summary>What administrators see of each host, by its name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListStatusesAsync(CancellationToken cancellationToken)
        => (await database.ReadAsync(
            connection => ListAsync(connection, name: null, NotAsked, here: null), cancellationToken))
            .ToDictionary(host => host.Name, host => host.HostStatus);

    /// <summary>Whether the host's node is there, and no administrator says otherwise.</summary>
    public async Task<bool> IsUpAsync(string name, CancellationToken cancellationToken)
        => (await database.ReadAsync(
            connection => ListAsync(connection, name, NotAsked, here: null), cancellationToken))
            is [{ IsThere: true, Service.ForcedDown: false }];

    /// <summary>
    /// Whether the host's node was heard of just now: one that ended since may be about to start again.
    /// </summary>
    public async Task<bool> WasHeardOfAsync(string name, CancellationToken cancellationToken)
        => !silence.IsTelling || await database.ReadAsync(async connection =>
            await connection.QueryFirstOrDefaultAsync<DateTime?>(
                "SELECT seen_at FROM nodes WHERE name = @name", new { name }) is { } seen
                && await database.NowAsync(connection, time) - seen < Node.Lifetime, cancellationToken);

    /// <summary>Ids and names of the servers on each host, oldest first.</summary>
    public Task<ILookup<string, (Guid Id, string Name)>> ListServersAsync(CancellationToken cancellationToken)
        => database.ReadAsync(servers.ListAsync, cancellationToken);

    private async Task<IReadOnlyList<Host>> ListAsync(
        DbConnection connection, string? name, IReadOnlyDictionary<string, HostUse> uses, HostLook? here)
    {
        var now = await database.NowAsync(connection, time);
        var found = await connection.QueryAsync<Node, Service, Host>(
            Nodes,
            (node, service) => Judge(node, service, uses.GetValueOrDefault(node.Name) ?? new HostUse(), here, now),
            new { name }, splitOn: "host");
        return [.. found.Where(host => host.Node.HasMachines)];
    }

    /// <summary>Whoever asks is there, so of this node only the hypervisor can be silent.</summary>
    private Host Judge(Node node, Service service, HostUse use, HostLook? here, DateTime now)
    {
        var own = node.Name == self.Name;
        if (own && here is not null)
            node = node.With(here) with { SeenAt = here.SeenAt ?? node.SeenAt };
        var seen = own || (silence.IsTelling ? node.WasSeen(now) : node.Silo is not null);
        return new Host(node, service, use, seen);
    }
}
