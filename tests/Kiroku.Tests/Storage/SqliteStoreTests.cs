using Dapper;
using Kiroku.Storage;
using Kiroku.Storage.Sqlite;

namespace Kiroku.Tests.Storage;

public sealed partial class SqliteStoreTests : StoreConformance
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

    public override void Dispose()
    {
        database?.Dispose();
        folder.Delete(recursive: true);
    }
}
