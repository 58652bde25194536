using System.Data.Common;

namespace Kiroku.Nodes;

/// <summary>
/// Says which servers are on hosts and what they take up there, within the caller's transaction: servers are known in
/// their own room.
/// </summary>
internal interface IServersOnHosts
{
    /// <summary>What servers take up, by host; one that moves takes up room on two.</summary>
    /// <param name="connection">The transaction's.</param>
    /// <param name="except">A server that does not count.</param>
    Task<IReadOnlyDictionary<string, HostUse>> ListUsesAsync(DbConnection connection, Guid except = default);

    /// <summary>How many of the servers on each host have a running action.</summary>
    Task<IReadOnlyDictionary<string, long>> CountBusyAsync(DbConnection connection);

    /// <summary>Ids and names of the servers on each of some hosts, oldest first.</summary>
    Task<ILookup<string, (Guid Id, string Name)>> ListAsync(DbConnection connection, IEnumerable<string> hosts);

    /// <summary>Whether any server is on a host, or a disk of one.</summary>
    Task<bool> AreOnAsync(DbConnection connection, string host);

    /// <summary>Whether any server moves to or from a host.</summary>
    Task<bool> AreMovingAsync(DbConnection connection, string host);
}
