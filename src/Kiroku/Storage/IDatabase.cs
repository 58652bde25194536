using System.Data.Common;
using Dapper;

namespace Kiroku.Storage;

/// <summary>
/// The store that all rooms share. Rooms write portable SQL. This interface hides how databases differ, and one test
/// suite checks that every implementation conforms to it.
/// </summary>
internal interface IDatabase : IDisposable
{
    /// <summary>
    /// Whether other processes write to the store as well. If so, cached data must be checked against the store.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Set after writes of this process.</summary>
    Signal Written { get; }

    /// <summary>
    /// Whether the store's disk is full, so that it uses its ballast and should take nothing new.
    /// </summary>
    bool IsDiskFull => false;

    /// <summary>Runs a read that sees one consistent, committed state.</summary>
    /// <exception cref="StorageException">The store cannot be read now.</exception>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a read of one statement, which is consistent by itself. That saves a round trip to a database server.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be read now.</exception>
    Task<T> ReadOneAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a write in a transaction and returns once it is durable. A write that throws changes nothing. Rows that
    /// it read do not change before it ends; if the store notices a conflict only then, it calls <paramref
    /// name="write"/> again. The token cancels a write that has not begun; one that has begun always completes.
    /// </summary>
    /// <exception cref="StorageException">Nothing was written: the disk is full or the store cannot be
    /// reached.</exception>
    Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a write whose decision depends on rows that others may add, for instance to enforce a limit. It has the
    /// same result as if no other such write ran at the same time.
    /// </summary>
    /// <exception cref="StorageException">Nothing was written.</exception>
    Task<T> WriteAloneAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a write of one statement, which needs no transaction around it. That saves round trips to a database
    /// server. The statement must be repeatable, because if the store is lost the caller cannot know whether it took
    /// place.
    /// </summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    Task<int> WriteOneAsync(string write, object values, CancellationToken cancellationToken);

    /// <summary>
    /// Writes two rows in one round trip: <paramref name="hold"/> changes one row, or only finds it, and returns it;
    /// then <paramref name="write"/>, an UPDATE with a WHERE, changes another one. The held row does not change before
    /// both are durable. Both must be repeatable, because if the store is lost the caller cannot know whether they took
    /// place.
    /// </summary>
    /// <returns>False if there was no row to hold, and then nothing is written, or none to write.</returns>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    Task<bool> WriteHeldAsync(
        string hold, string write, DynamicParameters values, CancellationToken cancellationToken);

    /// <summary>
    /// Changes a row and inserts another one in a transaction of their own, which saves round trips to a database
    /// server.
    /// </summary>
    /// <returns>The inserted row; null if there was none to change, and then nothing is inserted.</returns>
    /// <exception cref="StorageException">Nothing was written, unless it is undecided.</exception>
    Task<T?> InsertHeldAsync<T>(
        HeldInsert statement, DynamicParameters values, Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
        where T : struct;

    /// <summary>
    /// Whether this process does the work that only one of those sharing the store does. It keeps the turn until it
    /// ends or loses the store. For a moment after that, two processes may have the turn.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    Task<bool> HasTurnAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The time that all users of the store agree on: the database server's if there is one, because its clients'
    /// clocks may differ; otherwise <paramref name="own"/>.
    /// </summary>
    Task<DateTime> NowAsync(DbConnection connection, TimeProvider own);

    /// <summary>
    /// The same time as an expression of a statement, which is given the process's own time as the parameter @now.
    /// </summary>
    string NowSql { get; }

    /// <summary>Gives up or lays the store's ballast as needed, even if nothing is written.</summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    Task CheckDiskAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Brings the schema to this version.</summary>
    /// <exception cref="StorageException">The store cannot be opened, or is of a newer version.</exception>
    void Migrate();
}

/// <summary>An INSERT that takes place if another row can be changed.</summary>
/// <param name="Hold">The UPDATE of the other row.</param>
/// <param name="Insert">An INSERT of a SELECT without a condition.</param>
/// <param name="Returned">The columns of the inserted row that are read.</param>
internal sealed record HeldInsert(string Hold, string Insert, string Returned);

/// <summary>
/// The store could not read or write. Nothing was changed, unless it is undecided. Trying again later may help.
/// </summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// Whether it is unknown if the change took place: the store failed during the commit and did not come back.
    /// </summary>
    public bool IsUndecided { get; init; }
}
