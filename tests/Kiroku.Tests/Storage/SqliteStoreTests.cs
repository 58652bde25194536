using Dapper;
using System.Data.Common;
using Kiroku.Storage;
using Kiroku.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kiroku.Tests.Storage;

public sealed class SqliteStoreTests : StoreConformance
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-test-");
    private SqliteDatabase? database;

    private protected override IDatabase Open()
        => database = new SqliteDatabase(Path.Combine(folder.FullName, "kiroku.db"));

    private protected override string[] NoteNewerMigration
        => ["INSERT INTO SchemaVersions (ScriptName, Applied) VALUES "
            + "('Kiroku.Storage.Sqlite.Migrations.9999-future.sql', '2099-01-01')"];

    private protected override async Task<string> PlanAsync(string sql, DynamicParameters values)
        => string.Join('\n', await Database.ReadAsync(
            async connection => (await connection.QueryAsync<(long, long, long, string Detail)>(
                $"EXPLAIN QUERY PLAN {sql}", values)).Select(step => step.Detail).ToList(),
            TestContext.Current.CancellationToken));
    private protected override string[] ForgetSums =>
    [
        .. new[] { "insert", "update", "delete" }.SelectMany(change => new[]
        {
            $"DROP TRIGGER servers_host_sums_{change}", $"DROP TRIGGER servers_project_sums_{change}",
        }),
        "DROP TABLE host_sums", "DROP TABLE project_sums",
        "DELETE FROM SchemaVersions WHERE ScriptName LIKE '%.0036-sums.sql'",
    ];

    /// <summary>Counts the steps that SQLite takes, of which each row that it reads needs some.</summary>
    private protected override async Task<long> CountReadAsync(DbConnection connection, Func<Task> read)
    {
        var steps = 0L;
        var handle = ((SqliteConnection)connection).Handle;
        raw.sqlite3_progress_handler(handle, 1, _ =>
        {
            steps++;
            return 0;
        }, null);
        await read();
        raw.sqlite3_progress_handler(handle, 0, null, null);
        return steps;
    }

    public override void Dispose()
    {
        database?.Dispose();
        folder.Delete(recursive: true);
    }
}
