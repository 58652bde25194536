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
    private readonly string hosts =
        $"""
        SELECT n.*, n.name AS host, COALESCE(s.disabled, 0) AS disabled, s.disabled_reason,
            COALESCE(s.forced_down, 0) AS forced_down, {database.NowSql} AS judged_at
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
        return await database.ReadOneAsync(
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
        return await FindAsync(name, here, cancellationToken);
    }

    /// <summary>The same as it last reported, without measuring this node's own host.</summary>
    public Task<Host?> FindReportedAsync(string name, CancellationToken cancellationToken)
        => FindAsync(name, here: null, cancellationToken);

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
        => (await database.ReadOneAsync(
            connection => ListAsync(connection, name: null, NotAsked, here: null), cancellationToken))
            .ToDictionary(host => host.Name, host => host.HostStatus);

    /// <summary>
    /// Whether the host's node has reported recently. One that has ended since may be about to start again.
    /// </summary>
    public async Task<bool> IsReportingAsync(string name, CancellationToken cancellationToken)
        => !silence.IsMeaningful || await database.ReadOneAsync(async connection =>
        {
            var sql = $"SELECT seen_at, {database.NowSql} FROM nodes WHERE name = @name";
            var (seen, now) = await connection.QueryFirstOrDefaultAsync<(DateTime, DateTime)>(
                sql, new { name, now = time.UtcNow() });
            return seen != default && now - seen < Node.Lifetime;
        }, cancellationToken);

    /// <summary>Ids and names of the servers on each of some hosts, oldest first.</summary>
    public Task<ILookup<string, (Guid Id, string Name)>> ListServersAsync(
        IEnumerable<Host> hosts, CancellationToken cancellationToken)
        => database.ReadOneAsync(
            connection => servers.ListAsync(connection, hosts.Select(host => host.Name)), cancellationToken);

    /// <summary>The nodes that run actions and choose hosts, by name, whether or not they have machines.</summary>
    public Task<IReadOnlyList<Host>> ListConductorsAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<Host>>(async connection =>
        [
            .. (await JudgeAsync(connection, name: null, NotAsked, here: null)).Where(node => node.Node.RunsActions),
        ], cancellationToken);

    private async Task<IReadOnlyList<Host>> ListAsync(
        DbConnection connection, string? name, IReadOnlyDictionary<string, HostUse> uses, HostLook? here)
        => [.. (await JudgeAsync(connection, name, uses, here)).Where(host => host.Node.HasMachines)];

    private async Task<Host?> FindAsync(string name, HostLook? here, CancellationToken cancellationToken)
        => (await database.ReadOneAsync(
            connection => ListAsync(connection, name, NotAsked, here), cancellationToken)).SingleOrDefault();

    private Task<IEnumerable<Host>> JudgeAsync(
        DbConnection connection, string? name, IReadOnlyDictionary<string, HostUse> uses, HostLook? here)
        => connection.QueryAsync<Node, Service, DateTime, Host>(
            hosts,
            (node, service, now) => Judge(
                node, service, uses.GetValueOrDefault(node.Name) ?? new HostUse(), here, now),
            new { name, now = time.UtcNow() }, splitOn: "host,judged_at");

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
