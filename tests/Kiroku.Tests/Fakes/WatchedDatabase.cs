using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Tests.Fakes;

/// <summary>
/// The real store, observed. It reports each write, so that tests wait for what they expect instead of for time. It
/// can also die: after that nothing is read or written, as if its process had been killed.
/// </summary>
internal sealed class WatchedDatabase(IDatabase real) : IDatabase
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called before each write and after it.</summary>
    public Func<string, Task> Around { get; set; } = _ => Task.CompletedTask;

    /// <summary>
    /// Whether reports of how far a copy is are passed over: they are written while the action goes on.
    /// </summary>
    public bool PassesProgress { get; set; }

    /// <summary>Called before each read.</summary>
    public Func<Task> BeforeRead { get; set; } = () => Task.CompletedTask;

    /// <summary>Called with the result of a read before the reader gets it.</summary>
    public Func<object?, Task> AfterRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>Completes at the next write.</summary>
    public Task NextWrite => Volatile.Read(ref next).Task;

    public bool IsShared => real.IsShared;

    /// <summary>Says that the disk is full, whatever it is.</summary>
    public bool SaysDiskIsFull { get; set; }

    public bool IsDiskFull => SaysDiskIsFull || real.IsDiskFull;

    public Signal Written => real.Written;

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await BeforeRead();
        var found = await real.ReadAsync(read, cancellationToken);
        await AfterRead(found);
        return found;
    }

    public async Task<T> ReadOneAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await BeforeRead();
        var found = await real.ReadOneAsync(read, cancellationToken);
        await AfterRead(found);
        return found;
    }

    /// <summary>
    /// Holds the first write after which a condition is true, before its caller learns that it is done.
    /// </summary>
    public (Task Held, Action Go) HoldWhen(Func<Task<bool>> holds)
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Around = async moment =>
        {
            if (moment == "after write" && !held.Task.IsCompleted && await holds())
            {
                held.TrySetResult();
                await go.Task;
            }
        };
        return (held.Task, go.SetResult);
    }

    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => WatchAsync(() => real.WriteAsync(write, cancellationToken), cancellationToken);

    public Task<T> WriteAloneAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => WatchAsync(() => real.WriteAloneAsync(write, cancellationToken), cancellationToken);

    public Task<int> WriteOneAsync(string write, object values, CancellationToken cancellationToken)
        => PassesProgress && write.StartsWith("UPDATE servers SET progress", StringComparison.Ordinal)
            ? real.WriteOneAsync(write, values, cancellationToken)
            : WatchAsync(() => real.WriteOneAsync(write, values, cancellationToken), cancellationToken);

    public Task<bool> WriteHeldAsync(
        string hold, string write, DynamicParameters values, CancellationToken cancellationToken)
        => WatchAsync(() => real.WriteHeldAsync(hold, write, values, cancellationToken), cancellationToken);

    public Task<T?> InsertHeldAsync<T>(
        HeldInsert statement, DynamicParameters values, Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
        where T : struct
        => WatchAsync(() => real.InsertHeldAsync(statement, values, read, cancellationToken), cancellationToken);

    public string NowSql => real.NowSql;

    public Task<DateTime> NowAsync(DbConnection connection, TimeProvider own) => real.NowAsync(connection, own);

    private async Task<T> WatchAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        await Around("before write").WaitAsync(cancellationToken);
        var result = await write();
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref next, fresh).SetResult();
        await Around("after write").WaitAsync(cancellationToken);
        return result;
    }

    public Task<bool> HasTurnAsync(CancellationToken cancellationToken) => real.HasTurnAsync(cancellationToken);

    public void Migrate() => real.Migrate();

    public void Dispose() => real.Dispose();
}
