using System.Data.Common;

namespace Kiroku.Storage;

/// <summary>
/// The one store behind all rooms. Rooms write portable SQL; what differs between databases stays behind this
/// interface, and one conformance suite holds every implementation to it.
/// </summary>
internal interface IDatabase : IDisposable
{
    /// <summary>
    /// Whether other processes write here, too: what one of them remembers is then good only if the store says so.
    /// </summary>
    bool IsShared { get; }

    /// <summary>
    /// Whether it lives on what is kept aside, because its disk is full: nothing new is to be written then.
    /// </summary>
    bool IsShort => false;

    /// <summary>Runs a read that sees one consistent, committed state.</summary>
    /// <exception cref="StorageException">The store cannot be read now.</exception>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a read of one statement, which sees one state by itself: a server is asked once instead of twice.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be read now.</exception>
    Task<T> ReadOneAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a write in a transaction and returns once it is durable; a write that throws leaves nothing behind. No row
    /// that it read changes before it ends: where a store notices that too late it calls <paramref name="write"/>
    /// again. The token withdraws a write that has not begun; one that has begun is always seen through.
    /// </summary>
    /// <exception cref="StorageException">Nothing was written: the disk is full or the store is not to be
    /// reached.</exception>
    Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken);

    /// <summary>
    /// A write that decides by rows which others add, as where a limit is kept: what it does is as if no other such
    /// write had run beside it.
    /// </summary>
    /// <exception cref="StorageException">Nothing was written.</exception>
    Task<T> WriteAloneAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken);

    /// <summary>
    /// Whether this process is the one that does what is done once for all that share the store. It stays that one
    /// until it ends or loses the store; for a moment after that there may be two.
    /// </summary>
    /// <exception cref="StorageException">The store is not to be reached.</exception>
    Task<bool> HasTurnAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The time by the clock that everyone who uses the store goes by: the server's, where there is one, because the
    /// clocks of its clients need not agree; else <paramref name="own"/>.
    /// </summary>
    Task<DateTime> NowAsync(DbConnection connection, TimeProvider own);

    /// <summary>Sees to what is kept aside for the store's own work, however little is written.</summary>
    /// <exception cref="StorageException">The store is not to be reached.</exception>
    Task KeepAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Brings the schema to this version.</summary>
    /// <exception cref="StorageException">The store cannot be opened, or is of a newer version.</exception>
    void Migrate();
}

/// <summary>
/// The store did not take or give something; nothing was changed, unless it is undecided. Worth another try later.
/// </summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// Whether nobody knows if the change took place: the store went away in the middle and did not come back.
    /// </summary>
    public bool IsUndecided { get; init; }
}
