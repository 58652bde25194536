using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Identity.Accounts;

/// <summary>
/// The only access to identity's rows. Every change that may affect tokens goes through <see cref="ChangeAsync"/>,
/// which counts changes. So a cache needs to check only that number. If processes share the store, the number is kept
/// there, in the same transaction as the change.
/// </summary>
internal sealed class IdentityRows(IDatabase database)
{
    private const string Counted = "SELECT changes FROM identity_changes WHERE single = 1";
    private readonly JoinedReads<long> counts = new(() => database.ReadOneAsync(CountAsync, CancellationToken.None));
    private ChangeCount ownChanges;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => database.ReadAsync(read, cancellationToken);

    /// <summary>A read of one statement.</summary>
    public Task<T> ReadOneAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => database.ReadOneAsync(read, cancellationToken);

    /// <summary>
    /// The number of changes so far; null while one is in progress. Whatever was read before the latest change may be
    /// outdated.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    public async ValueTask<long?> CountChangesAsync(CancellationToken cancellationToken)
        => database.IsShared ? await counts.ReadAsync(cancellationToken) : ownChanges.Value;

    public async Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> change, CancellationToken cancellationToken)
    {
        ownChanges.Begin();
        try
        {
            return await database.WriteAloneAsync(async connection =>
            {
                // Comes first: of two concurrent changes one is repeated, and should notice before it has done much
                // work.
                await connection.ExecuteAsync("UPDATE identity_changes SET changes = changes + 1");
                return await change(connection);
            }, cancellationToken);
        }
        finally
        {
            ownChanges.End();
        }
    }

    private static Task<long> CountAsync(DbConnection connection) => connection.ReadAsync(Counted, [], async rows =>
        await rows.ReadAsync()
            ? rows.GetInt64(0)
            : throw new InvalidOperationException("The table identity_changes has lost its row."));
}
