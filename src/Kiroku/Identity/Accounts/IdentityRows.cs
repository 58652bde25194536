using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Identity.Accounts;

/// <summary>
/// The one door to identity's rows. Whatever may change what a token stands for passes through
/// <see cref="ChangeAsync"/>, so that whoever remembers an answer of these rows has one number to ask for: how many
/// changes there were. Where processes share the store it stands there, and changes in the transaction of what it
/// counts.
/// </summary>
internal sealed class IdentityRows(IDatabase database)
{
    private const string Counted = "SELECT changes FROM identity_changes WHERE single = 1";
    private readonly JoinedReads<long> counts = new(() => database.ReadOneAsync(CountAsync, CancellationToken.None));
    private ChangeCount ownChanges;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => database.ReadAsync(read, cancellationToken);

    /// <summary>
    /// Counts the changes; what was read before the newest may hold no longer. Null while one is under way.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be read now.</exception>
    public async ValueTask<long?> CountChangesAsync(CancellationToken cancellationToken)
        => database.IsShared ? await counts.ReadAsync().WaitAsync(cancellationToken) : ownChanges.Value;

    public async Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> change, CancellationToken cancellationToken)
    {
        ownChanges.Begin();
        try
        {
            return await database.WriteAloneAsync(async connection =>
            {
                // First, because of two changes at once one is done again, and is to have done little until it knows.
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
