using System.Data.Common;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>
/// The embedded store: one file in WAL mode with synchronous=FULL, many readers, and one <see cref="SqliteWriter"/>
/// because SQLite has room for one.
/// </summary>
internal sealed class SqliteDatabase : IDatabase, IDisposable
{
    /// <summary>Said outright: a connection from the pool may have been a reader's before.</summary>
    private const string Writing = "PRAGMA query_only=OFF";
    private readonly string connectionString;
    private readonly string file;
    private readonly Lazy<SqliteWriter> writer;

    public SqliteDatabase(string file)
    {
        DapperTypes.Register();
        this.file = file;
        connectionString = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30 }.ToString();
        writer = new Lazy<SqliteWriter>(() => new SqliteWriter(Open(Writing + "; PRAGMA synchronous=FULL")));
    }

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await using var connection = Open("PRAGMA query_only=ON");
            // One transaction, so that what a read puts together from several queries belongs together.
            connection.Execute("BEGIN TRANSACTION");
            try
            {
                return await read(connection);
            }
            finally
            {
                connection.Execute("ROLLBACK TRANSACTION");
            }
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Translate(e);
        }
    }

    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => writer.Value.WriteAsync(write, cancellationToken);

    public void Migrate()
    {
        try
        {
            // SQLite gives its further files the mode of this one, which holds password hashes.
            DurableFile.Ensure(file);
            using (var connection = Open(Writing + "; PRAGMA journal_mode=WAL"))
                RefuseNewerSchema(connection);
            // Not from the pool, where a connection may have been a reader's before.
            var own = new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString();
            var result = DeployChanges.To.SqliteDatabase(own)
                .WithScriptsEmbeddedInAssembly(typeof(SqliteDatabase).Assembly, IsMigration)
                .WithTransactionPerScript()
                .LogTo(new NoOpUpgradeLog())
                .Build()
                .PerformUpgrade();
            if (!result.Successful)
                throw new StorageException($"The store could not be brought to this version: {result.Error.Message}", result.Error);
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
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private static bool IsMigration(string resource)
        => resource.StartsWith("Kiroku.Storage.Sqlite.Migrations.", StringComparison.Ordinal);

    private static void RefuseNewerSchema(SqliteConnection connection)
    {
        var journal = connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE name = 'SchemaVersions'");
        if (journal == 0)
            return;
        var known = typeof(SqliteDatabase).Assembly.GetManifestResourceNames().Where(IsMigration).ToHashSet();
        var newer = connection.Query<string>("SELECT ScriptName FROM SchemaVersions").FirstOrDefault(s => !known.Contains(s));
        if (newer is not null)
            throw new StorageException($"The store was written by a newer Kiroku: it holds the migration {newer}.");
    }

    private SqliteConnection Open(string pragma)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute($"{pragma}; PRAGMA foreign_keys=ON");
        return connection;
    }
}
