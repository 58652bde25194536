using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Cluster;

/// <summary>
/// That this process is one of the service's, which it has to be to begin anything: one that stood still may wake up
/// with a request in its hands that was asked again elsewhere and refused there, while it counted as dead.
/// </summary>
/// <param name="silo">The process among the members.</param>
/// <param name="isAlone">Whether there can be no others; then nobody writes down who is a member.</param>
internal sealed class OwnMembership(string silo, bool isAlone)
{
    private const string Named = "cluster = @Cluster AND address || ':' || port || '@' || generation = ANY(@silos)";

    /// <summary>This process among the members, in all its lives.</summary>
    public string Silo => silo;

    /// <summary>Has nobody declare this process dead until the caller's transaction ends.</summary>
    /// <param name="connection">That of the transaction.</param>
    /// <param name="asker">Another process of which that is true, too; null for none.</param>
    /// <exception cref="StorageException">One of them counts as dead.</exception>
    public async Task HoldAsync(DbConnection connection, string? asker = null)
    {
        if (isAlone)
            return;
        string[] silos = asker is null || asker == silo ? [silo] : [silo, asker];
        var living = await connection.QueryAsync<int>(
            $"SELECT 1 FROM members WHERE {Named} AND status <> @dead FOR KEY SHARE",
            new { Members.Cluster, dead = (int)SiloStatus.Dead, silos });
        if (living.Count() != silos.Length)
            throw new StorageException("The node that was asked does not count as one of the service any more.");
    }

    /// <summary>Sees that this process does not count as dead; it need not have joined yet.</summary>
    /// <exception cref="StorageException">It does.</exception>
    public async Task RefuseDeadAsync(DbConnection connection)
    {
        if (!isAlone && await connection.ExecuteScalarAsync<bool>(
            $"SELECT EXISTS (SELECT 1 FROM members WHERE {Named} AND status = @dead)",
            new { Members.Cluster, dead = (int)SiloStatus.Dead, silos = new[] { silo } }))
            throw new StorageException("This node does not count as one of the service any more.");
    }
}
