using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>
/// Lists the hosts with all that is known of them. This node's own host is measured when somebody asks; the others are
/// as their nodes last reported.
/// </summary>
internal sealed class HostWatch(
    IDatabase database, IServersOnHosts servers, HostMeter meter, NodeSelf self, Silence silence, TimeProvider time)
{
    private const string Hosts =
        """
        SELECT n.*, n.name AS host, COALESCE(s.disabled, 0) AS disabled, s.disabled_reason,
            COALESCE(s.forced_down, 0) AS forced_down
        FROM nodes n LEFT JOIN services s ON s.host = n.name
        WHERE @name IS NULL OR n.name = @name
        ORDER BY n.name
        """;

    /// <summary>Stands for the uses of hosts where nobody asks for them.</summary>
    private static readonly IReadOnlyDictionary<string, HostUse> NotAsked = new Dictionary<string, HostUse>();

    /// <summary>Every host with machines, by name, without what servers take up there.</summary>
    public async Task<IReadOnlyList<Host>> ListAsync(CancellationToken cancellationToken)
    {
        var here = await LookAsync(cancellationToken);
        return await database.ReadAsync(
            connection => ListAsync(connection, name: null, NotAsked, here), cancellationToken);
    }

    /// <summary>Every host with machines, by name, with what servers take up there.</summary>
    public async Task<IReadOnlyList<Host>> ListUsedAsync(CancellationToken cancellationToken)
    {
        var here = await LookAsync(cancellationToken);
        return await database.ReadAsync<IReadOnlyList<Host>>(async connection =>
        {
            var busy = await servers.CountBusyAsync(connection);
            var listed = await ListAsync(connection, here);
            return [.. listed.Select(host => host.With(busy.GetValueOrDefault(host.Name)))];
        }, cancellationToken);
    }

    /// <summary>The host of that name, without what servers take up there; null if there is none.</summary>
    public async Task<Host?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var here = name == self.Name ? await LookAsync(cancellationToken) : null;
        return (await database.ReadAsync(
            connection => ListAsync(connection, name, NotAsked, here), cancellationToken)).SingleOrDefault();
    }

    /// <summary>Measures this node's own host, for a transaction that must not wait for that.</summary>
    public Task<HostLook> LookAsync(CancellationToken cancellationToken) => meter.LookAsync(cancellationToken);

    /// <summary>
    /// Every host with machines, by name, with what servers claim there, within the caller's transaction.
    /// </summary>
    /// <param name="connection">The connection of the transaction.</param>
    /// <param name="here">The measurement of this node's own host; null takes the last report.</param>
    /// <param name="except">A server whose claims do not count, because it is about to claim anew.</param>
    public async Task<IReadOnlyList<Host>> ListAsync(DbConnection connection, HostLook? here, Guid except = default)
        => await ListAsync(connection, name: null, await servers.ListUsesAsync(connection, except), here);

    /// <summary>The statuses of hosts, by their names, which administrators see.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListStatusesAsync(CancellationToken cancellationToken)
        => (await database.ReadAsync(
            connection => ListAsync(connection, name: null, NotAsked, here: null), cancellationToken))
            .ToDictionary(host => host.Name, host => host.HostStatus);

    /// <summary>Whether the host's node is present, and no administrator has forced it down.</summary>
    public async Task<bool> IsPresentAsync(string name, CancellationToken cancellationToken)
        => (await database.ReadAsync(
            connection => ListAsync(connection, name, NotAsked, here: null), cancellationToken))
            is [{ IsPresent: true, Service.ForcedDown: false }];

    /// <summary>
    /// Whether the host's node has reported recently. One that has ended since may be about to start again.
    /// </summary>
    public async Task<bool> IsReportingAsync(string name, CancellationToken cancellationToken)
        => !silence.IsMeaningful || await database.ReadAsync(async connection =>
            await connection.QueryFirstOrDefaultAsync<DateTime?>(
                "SELECT seen_at FROM nodes WHERE name = @name", new { name }) is { } seen
                && await database.NowAsync(connection, time) - seen < Node.Lifetime, cancellationToken);

    /// <summary>Ids and names of the servers on each of some hosts, oldest first.</summary>
    public Task<ILookup<string, (Guid Id, string Name)>> ListServersAsync(
        IEnumerable<Host> hosts, CancellationToken cancellationToken)
        => database.ReadOneAsync(
            connection => servers.ListAsync(connection, hosts.Select(host => host.Name)), cancellationToken);

    /// <summary>The nodes that run actions and choose hosts, by name, whether or not they have machines.</summary>
    public Task<IReadOnlyList<Host>> ListConductorsAsync(CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<Host>>(async connection =>
        [
            .. (await JudgeAsync(connection, name: null, NotAsked, here: null)).Where(node => node.Node.RunsActions),
        ], cancellationToken);

    private async Task<IReadOnlyList<Host>> ListAsync(
        DbConnection connection, string? name, IReadOnlyDictionary<string, HostUse> uses, HostLook? here)
        => [.. (await JudgeAsync(connection, name, uses, here)).Where(host => host.Node.HasMachines)];

    private async Task<IEnumerable<Host>> JudgeAsync(
        DbConnection connection, string? name, IReadOnlyDictionary<string, HostUse> uses, HostLook? here)
    {
        var now = await database.NowAsync(connection, time);
        return await connection.QueryAsync<Node, Service, Host>(
            Hosts,
            (node, service) => Judge(node, service, uses.GetValueOrDefault(node.Name) ?? new HostUse(), here, now),
            new { name }, splitOn: "host");
    }

    /// <summary>
    /// Judges what is known of a host. This node is present, as it asks; only its hypervisor can be silent.
    /// </summary>
    private Host Judge(Node node, Service service, HostUse use, HostLook? here, DateTime now)
    {
        var own = node.Name == self.Name;
        if (own && here is not null)
            node = node.With(here) with { SeenAt = here.SeenAt ?? node.SeenAt };
        var seen = own || (silence.IsMeaningful ? node.WasSeen(now) : node.Silo is not null);
        return new Host(node, service, use, seen);
    }
}
