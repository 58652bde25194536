using System.Data.Common;
using Kiroku.Storage;

namespace Kiroku.Identity;

/// <summary>
/// The one door to identity's rows. Whatever may change what a token stands for passes through <see cref="ChangeAsync"/>, so
/// that whoever remembers an answer of these rows has one place to be told of it.
/// </summary>
internal sealed class IdentityRows(IDatabase database)
{
    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => database.ReadAsync(read, cancellationToken);

    public Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> change, CancellationToken cancellationToken)
        => database.WriteAsync(change, cancellationToken);
}
