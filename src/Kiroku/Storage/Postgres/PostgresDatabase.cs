using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// The store that several nodes share. Reads and writes each see one snapshot. A write that conflicts with another
/// one is repeated from the start, so nothing is lost and rooms need not deal with conflicts.
/// </summary>
internal sealed class PostgresDatabase : IDatabase
{
    /// <summary>Conflicts rarely repeat so often. Beyond that the store is reported as busy.</summary>
    private const int MostAttempts = 50;

    /// <summary>How long to wait for this process's other writes of that kind. Each of them takes
    /// milliseconds.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Lets one write at a time of this process run alone. The server separates it from those of other processes.
    /// </summary>
    private readonly SemaphoreSlim alone = new(1);

    private readonly NpgsqlDataSource readers;
    private readonly NpgsqlDataSource writers;
    private readonly PostgresSchema schema;
    private readonly PostgresTurn turn;

    public PostgresDatabase(string connectionString)
    {
        DapperTypes.Register();
        var connection = new PostgresConnection(connectionString);
        readers = NpgsqlDataSource.Create(connection.ForReads);
        writers = NpgsqlDataSource.Create(connection.ForWrites);
        schema = new PostgresSchema(connection.ForMigrations);
        turn = new PostgresTurn(connection.ForOneSession);
    }

    public bool IsShared => true;

    public Signal Written { get; } = new();

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => TryTwiceAsync(async connection =>
        {
            await using var snapshot = await connection.BeginTransactionAsync(
                IsolationLevel.RepeatableRead, cancellationToken);
            var found = await read(connection);
            await snapshot.CommitAsync(CancellationToken.None);
            return found;
        }, cancellationToken);

    public Task<T> ReadOneAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => TryTwiceAsync(read, cancellationToken);

    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => WriteAsync(IsolationLevel.RepeatableRead, write, cancellationToken);

    public async Task<T> WriteAloneAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
    {
        if (!await alone.WaitAsync(LongestWait, cancellationToken))
            throw new StorageException("The store is busy.");
        try
        {
            return await WriteAsync(IsolationLevel.Serializable, write, cancellationToken);
        }
        finally
        {
            alone.Release();
        }
    }

    /// <summary>A row that another transaction has locked is looked at again once that has ended.</summary>
    public Task<int> WriteOneAsync(string write, object values, CancellationToken cancellationToken)
        => RepeatAsync(async () =>
        {
            await using var connection = await writers.OpenConnectionAsync(CancellationToken.None);
            return await connection.ExecuteAsync(write, values);
        }, cancellationToken);

    public async Task<bool> WriteHeldAsync(
        string hold, string write, DynamicParameters values, CancellationToken cancellationToken)
    {
        var locked = hold.StartsWith("SELECT", StringComparison.Ordinal) ? $"{hold} FOR UPDATE" : hold;
        var sql = $"WITH held AS ({locked}) {write} AND EXISTS (SELECT 1 FROM held)";
        return await WriteOneAsync(sql, values, cancellationToken) == 1;
    }

    public Task<T?> InsertHeldAsync<T>(
        HeldInsert statement, DynamicParameters values, Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
        where T : struct
    {
        var sql = $"""
            WITH held AS ({statement.Hold} RETURNING 1)
            {statement.Insert} WHERE EXISTS (SELECT 1 FROM held)
            RETURNING {statement.Returned}, {PostgresCommit.Number}
            """;
        return RepeatAsync(() => InsertOnceAsync(sql, values, read), cancellationToken);
    }

    public Task<bool> HasTurnAsync(CancellationToken cancellationToken) => turn.HasAsync(cancellationToken);

    /// <summary>clock_timestamp() is the present; now() would be the beginning of the transaction.</summary>
    public string NowSql => """to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""";

    public Task<DateTime> NowAsync(DbConnection connection, TimeProvider own)
        => connection.ExecuteScalarAsync<DateTime>($"SELECT {NowSql}");

    public void Migrate() => schema.Migrate();

    public void Dispose()
    {
        readers.Dispose();
        writers.Dispose();
        turn.Dispose();
        alone.Dispose();
        Written.Dispose();
    }

    private async Task<T> TryTwiceAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await readers.OpenConnectionAsync(cancellationToken);
                return await read(connection);
            }
            catch (PostgresException e) when (attempt < MostAttempts && PostgresFailures.IsOfOldSchema(e))
            {
            }
            catch (NpgsqlException e) when (attempt > 1 || !PostgresFailures.IsLostConnection(e))
            {
                throw PostgresFailures.Translate(e);
            }
            catch (NpgsqlException)
            {
                // The connection was left over from before a restart of the server.
            }
        }
    }

    private Task<T> WriteAsync<T>(
        IsolationLevel level, Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => RepeatAsync(() => WriteOnceAsync(level, write), cancellationToken);

    private async Task<T> RepeatAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await write();
                Written.Set();
                return result;
            }
            catch (PostgresException e) when (PostgresFailures.IsCollision(e) || PostgresFailures.IsOfOldSchema(e))
            {
                if (attempt == MostAttempts)
                    throw e.SqlState[..2] == "40" ? new StorageException("The store is busy.", e) : e;
                await Task.Delay(Random.Shared.Next(attempt + 1), CancellationToken.None);
            }
            catch (NpgsqlException e) when (attempt > 1 || !PostgresFailures.IsLostConnection(e))
            {
                throw PostgresFailures.Translate(e);
            }
            catch (NpgsqlException)
            {
                // The connection was left over from before a restart of the server; a transaction wrote nothing, and a
                // single statement may be repeated.
            }
        }
    }

    private async Task<T> WriteOnceAsync<T>(IsolationLevel level, Func<DbConnection, Task<T>> write)
    {
        await using var connection = await writers.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(level);
        var commit = await PostgresCommit.BeginAsync(connection, alone: level == IsolationLevel.Serializable);
        var result = await write(connection);
        await CommitAsync(transaction, commit);
        return result;
    }

    private async Task<T?> InsertOnceAsync<T>(string sql, DynamicParameters values, Func<DbDataReader, T> read)
        where T : struct
    {
        await using var connection = await writers.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        T inserted;
        PostgresCommit commit;
        await using (var rows = await connection.ExecuteReaderAsync(sql, values))
        {
            if (!await rows.ReadAsync())
                return null;
            inserted = read(rows);
            commit = PostgresCommit.Of(rows);
        }
        await CommitAsync(transaction, commit);
        return inserted;
    }

    private async Task CommitAsync(NpgsqlTransaction transaction, PostgresCommit commit)
    {
        try
        {
            await transaction.CommitAsync();
        }
        catch (NpgsqlException e) when (PostgresFailures.IsLostConnection(e))
        {
            if (!await commit.HasTakenPlaceAsync(readers))
                throw;
        }
    }
}
