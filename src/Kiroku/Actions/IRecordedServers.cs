using System.Data.Common;

namespace Kiroku.Actions;

/// <summary>
/// The servers that the record is about, as what keeps the record needs them: servers are known in their own room.
/// </summary>
internal interface IRecordedServers
{
    /// <summary>Ids of the next servers that are to be looked at, in their order.</summary>
    Task<IReadOnlyList<Guid>> ListAsync(DbConnection connection, RetentionQuery query);

    /// <summary>The request of the action that runs, of each server on which one does.</summary>
    Task<IReadOnlyList<(Guid Server, string Request)>> ListRunningAsync(DbConnection connection);

    /// <summary>Name and project of each of the servers, deleted ones included.</summary>
    Task<IReadOnlyDictionary<Guid, (string Name, string ProjectId)>> DescribeAsync(
        DbConnection connection, IEnumerable<Guid> servers);

    /// <summary>
    /// Locks the servers' rows for the rest of the transaction and counts in each that some of its record is removed:
    /// the answers that other processes have cached are valid for the former number only.
    /// </summary>
    Task CountRemovalAsync(DbConnection connection, IEnumerable<Guid> servers);

    /// <summary>Removes those of the servers that are deleted.</summary>
    /// <returns>How many they were.</returns>
    Task<int> RemoveDeletedAsync(DbConnection connection, IEnumerable<Guid> servers);
}
