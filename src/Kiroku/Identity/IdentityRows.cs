using System.Data.Common;
using Kiroku.Storage;

namespace Kiroku.Identity;

/// <summary>
/// The one door to identity's rows. Whatever may change what a token stands for passes through <see cref="ChangeAsync"/>, so
/// that whoever remembers an answer of these rows has one place to be told of it.
/// </summary>
internal sealed class IdentityRows(IDatabase database)
{
    private long changes;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => database.ReadAsync(read, cancellationToken);

    /// <summary>Counts the changes; what was read before the newest may hold no longer.</summary>
    public long Changes => Volatile.Read(ref changes);

    public async Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> change, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAloneAsync(change, cancellationToken);
        }
        finally
        {
            Interlocked.Increment(ref changes);
        }
    }
}
