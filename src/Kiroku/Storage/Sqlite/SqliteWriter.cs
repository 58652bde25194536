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
    private readonly SqlitePositions positions;
    private readonly Signal written;
    private readonly SqliteBallast? ballast;
    private readonly Thread thread;

    public SqliteWriter(
        SqliteConnection connection, SqlitePositions positions, Signal written, SqliteBallast? ballast)
    {
        this.connection = connection;
        this.positions = positions;
        this.written = written;
        SqliteFunctions.Add(connection, positions);
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
        positions.Dispose();
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
        var last = positions.Last;
        try
        {
            ballast?.Keep(connection);
            positions.Open(connection);
            last = positions.Last;
            connection.Execute("BEGIN IMMEDIATE");
            foreach (var write in writes)
                write.Run(connection, positions);
            connection.Execute("COMMIT TRANSACTION");
            positions.Note();
            written.Set();
        }
        catch (SqliteException e)
        {
            connection.RollBack();
            positions.TakeBack(last);
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
        void Run(SqliteConnection connection, SqlitePositions positions);

        void Finish();

        void Fail(Exception failure);
    }

    private sealed class Write<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) : IWrite
    {
        private readonly TaskCompletionSource<T> finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private Exception? failure;

        public Task<T> Finished => finished.Task;

        public void Run(SqliteConnection connection, SqlitePositions positions)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                failure = new OperationCanceledException(cancellationToken);
                return;
            }
            var last = positions.Last;
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
                positions.TakeBack(last);
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
