using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Cluster;

/// <summary>
/// Ensures that this process is a member, which it must be to begin anything. A process that stood still counted as
/// dead meanwhile: it may wake up with a request in its hands that was repeated elsewhere and refused there.
/// </summary>
/// <param name="silo">The address of this process among the members.</param>
/// <param name="isAlone">Whether there can be no other members; then no members are written down.</param>
internal sealed class OwnMembership(string silo, bool isAlone)
{
    private const string Named = "cluster = @Cluster AND address || ':' || port || '@' || generation = ANY(@silos)";

    private const string Living = $"SELECT 1 FROM members WHERE {Named} AND status <> @dead FOR KEY SHARE";

    /// <summary>The address of this process among the members.</summary>
    public string Silo => silo;

    /// <summary>Keeps others from declaring this process dead until the caller's transaction ends.</summary>
    /// <param name="connection">The connection of the transaction.</param>
    /// <param name="asker">Another process to keep from being declared dead; null for none.</param>
    /// <exception cref="StorageException">One of them counts as dead.</exception>
    public async Task HoldAsync(DbConnection connection, string? asker = null)
    {
        if (isAlone)
            return;
        var silos = With(asker);
        var living = await connection.QueryAsync<int>(
            Living, new { Members.Cluster, dead = (int)SiloStatus.Dead, silos });
        if (living.Count() != silos.Length)
            throw new StorageException("The node that was asked does not count as one of the service any more.");
    }

    /// <summary>
    /// The same in the statement of an UPDATE, which then changes nothing if one of them counts as dead.
    /// </summary>
    public string Hold(string update, DynamicParameters values, string? asker)
    {
        if (isAlone)
            return update;
        var silos = With(asker);
        values.AddDynamicParams(new { Members.Cluster, dead = (int)SiloStatus.Dead, silos, living = silos.Length });
        return $"WITH living AS ({Living}) {update} AND (SELECT COUNT(*) FROM living) = @living";
    }

    /// <summary>Requires that this process does not count as dead; it need not have joined yet.</summary>
    /// <exception cref="StorageException">The process counts as dead.</exception>
    public async Task RefuseDeadAsync(DbConnection connection)
    {
        if (!isAlone && await connection.ExecuteScalarAsync<bool>(
            $"SELECT EXISTS (SELECT 1 FROM members WHERE {Named} AND status = @dead)",
            new { Members.Cluster, dead = (int)SiloStatus.Dead, silos = new[] { silo } }))
            throw new StorageException("This node does not count as one of the service any more.");
    }

    private string[] With(string? asker) => asker is null || asker == silo ? [silo] : [silo, asker];
}
