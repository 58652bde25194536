using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>
/// The only writer: a thread that takes all waiting writes, runs each in its own savepoint and commits them together.
/// So many writes share one flush to disk.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int MostTogether = 256;
    private readonly BlockingCollection<IWrite> waiting = [];
    private readonly SqliteConnection connection;
    private readonly SqliteBallast? ballast;
    private readonly Thread thread;

    public SqliteWriter(SqliteConnection connection, SqliteBallast? ballast)
    {
        this.connection = connection;
        this.ballast = ballast;
        thread = new Thread(Run) { IsBackground = true, Name = "sqlite writer" };
        thread.Start();
    }

    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var write = new Write<T>(work, cancellationToken);
        try
        {
            waiting.Add(write, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            throw new StorageException("The store is closed.", e);
        }
        return write.Finished;
    }

    public void Dispose()
    {
        waiting.CompleteAdding();
        thread.Join();
        connection.Dispose();
        waiting.Dispose();
    }

    private void Run()
    {
        var together = new List<IWrite>(MostTogether);
        foreach (var first in waiting.GetConsumingEnumerable())
        {
            together.Add(first);
            while (together.Count < MostTogether && waiting.TryTake(out var next))
                together.Add(next);
            CommitTogether(together);
            together.Clear();
        }
    }

    private void CommitTogether(List<IWrite> writes)
    {
        try
        {
            ballast?.Keep(connection);
            connection.Execute("BEGIN IMMEDIATE");
            foreach (var write in writes)
                write.Run(connection);
            connection.Execute("COMMIT TRANSACTION");
        }
        catch (SqliteException e)
        {
            connection.RollBack();
            var failure = SqliteFailures.Translate(e);
            foreach (var write in writes)
                write.Fail(failure);
            return;
        }
        foreach (var write in writes)
            write.Finish();
    }

    /// <summary>A queued write.</summary>
    private interface IWrite
    {
        void Run(SqliteConnection connection);

        void Finish();

        void Fail(Exception failure);
    }

    private sealed class Write<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) : IWrite
    {
        private readonly TaskCompletionSource<T> finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private Exception? failure;

        public Task<T> Finished => finished.Task;

        public void Run(SqliteConnection connection)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                failure = new OperationCanceledException(cancellationToken);
                return;
            }
            connection.Execute("SAVEPOINT one");
            try
            {
                // SQLite's calls are synchronous, so the task has completed when the method returns.
                result = work(connection).GetAwaiter().GetResult();
                connection.Execute("RELEASE one");
            }
            catch (SqliteException e) when (SqliteFailures.Translate(e) is StorageException)
            {
                throw;
            }
            // Whatever the caller's delegate throws goes back to that caller; the other writes are not affected.
#pragma warning disable CA1031
            catch (Exception e)
#pragma warning restore CA1031
            {
                connection.Execute("ROLLBACK TO one; RELEASE one");
                failure = e;
            }
        }

        public void Finish()
        {
            if (failure is null)
                finished.SetResult(result!);
            else
                finished.SetException(failure);
        }

        public void Fail(Exception cause) => finished.TrySetException(cause);
    }
}
