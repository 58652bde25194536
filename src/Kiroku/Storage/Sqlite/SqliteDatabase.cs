using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>
/// The embedded store: one file in WAL mode with synchronous=FULL, many readers, and one <see cref="SqliteWriter"/>,
/// because SQLite supports only one.
/// </summary>
internal sealed class SqliteDatabase : IDatabase
{
    private readonly string connectionString;
    private readonly string file;
    private readonly Lazy<SqliteWriter> writer;
    private readonly ConcurrentBag<SqliteReader> idle = [];
    private volatile bool closed;

    private readonly SqliteBallast? ballast;

    /// <param name="file">The store's file.</param>
    /// <param name="ballast">Room in the file for when its disk is full; null for none, as for a store that is only
    /// read.</param>
    public SqliteDatabase(string file, SqliteBallast? ballast = null)
    {
        DapperTypes.Register();
        this.file = file;
        this.ballast = ballast;
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            DefaultTimeout = 30,
            Pooling = false,
        }.ToString();
        writer = new Lazy<SqliteWriter>(
            () => new SqliteWriter(
                Open("PRAGMA synchronous=FULL"), new SqlitePositions($"{file}-feed", TimeProvider.System), Written,
                ballast));
    }

    public bool IsShared => false;

    public Signal Written { get; } = new();

    public bool IsDiskFull => ballast?.IsGivenUp == true;

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SqliteReader? reader = null;
        try
        {
            reader = idle.TryTake(out var kept) ? kept : SqliteReader.Open(connectionString);
            return await reader.ReadAsync(read);
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Translate(e);
        }
        finally
        {
            PutBack(reader);
        }
    }

    public Task<T> ReadOneAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => ReadAsync(read, cancellationToken);

    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => writer.Value.WriteAsync(write, cancellationToken);

    /// <summary>All writes run one after the other here, so each is alone.</summary>
    public Task<T> WriteAloneAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => WriteAsync(write, cancellationToken);

    public Task<int> WriteOneAsync(string write, object values, CancellationToken cancellationToken)
        => WriteAsync(connection => connection.ExecuteAsync(write, values), cancellationToken);

    public Task<bool> WriteHeldAsync(
        string hold, string write, DynamicParameters values, CancellationToken cancellationToken)
        => WriteAsync(async connection =>
        {
            if (await connection.ExecuteScalarAsync(hold, values) is null)
                return false;
            return await connection.ExecuteAsync(write, values) == 1;
        }, cancellationToken);

    public Task<T?> InsertHeldAsync<T>(
        HeldInsert statement, DynamicParameters values, Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
        where T : struct
        => WriteAsync<T?>(async connection =>
        {
            if (await connection.ExecuteAsync(statement.Hold, values) == 0)
                return null;
            var insert = $"{statement.Insert} RETURNING {statement.Returned}";
            await using var rows = await connection.ExecuteReaderAsync(insert, values);
            await rows.ReadAsync(CancellationToken.None);
            return read(rows);
        }, cancellationToken);

    /// <summary>An empty write: before each write the writer checks the ballast.</summary>
    public Task CheckDiskAsync(CancellationToken cancellationToken)
        => WriteAsync(_ => Task.FromResult(0), cancellationToken);

    public Task<bool> HasTurnAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    public string NowSql => "@now";

    public Task<DateTime> NowAsync(DbConnection connection, TimeProvider own) => Task.FromResult(own.UtcNow());

    public void Migrate()
    {
        try
        {
            // SQLite gives its other files the mode of this one, which holds password hashes.
            DurableFile.Ensure(file);
            using (var connection = Open("PRAGMA journal_mode=WAL"))
                RefuseNewerSchema(connection);
            var result = DeployChanges.To.SqliteDatabase(connectionString)
                .WithScriptsEmbeddedInAssembly(typeof(SqliteDatabase).Assembly, IsMigration)
                .WithTransactionPerScript()
                .LogTo(new NoOpUpgradeLog())
                .Build()
                .PerformUpgrade();
            if (!result.Successful)
                throw new StorageException(
                    $"The store could not be brought to this version: {result.Error.Message}", result.Error);
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Translate(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The store's file cannot be opened: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (writer.IsValueCreated)
            writer.Value.Dispose();
        closed = true;
        while (idle.TryTake(out var reader))
            reader.Dispose();
        Written.Dispose();
    }

    private void PutBack(SqliteReader? reader)
    {
        if (reader is { Failed: false } && !closed)
            idle.Add(reader);
        else
            reader?.Dispose();
    }

    private static bool IsMigration(string resource)
        => resource.StartsWith("Kiroku.Storage.Sqlite.Migrations.", StringComparison.Ordinal);

    private static void RefuseNewerSchema(SqliteConnection connection)
    {
        var journal = connection.ExecuteScalar<long>(
            "SELECT COUNT(*) FROM sqlite_master WHERE name = 'SchemaVersions'");
        if (journal == 0)
            return;
        var known = typeof(SqliteDatabase).Assembly.GetManifestResourceNames().Where(IsMigration).ToHashSet();
        var newer = connection.Query<string>("SELECT ScriptName FROM SchemaVersions").FirstOrDefault(
            s => !known.Contains(s));
        if (newer is not null)
            throw new StorageException($"The store was written by a newer Kiroku: it holds the migration {newer}.");
    }

    private SqliteConnection Open(string pragma)
    {
        var connection = new SqliteKeepingAll(connectionString);
        connection.Open();
        connection.Execute($"{pragma}; PRAGMA foreign_keys=ON");
        return connection;
    }
}
