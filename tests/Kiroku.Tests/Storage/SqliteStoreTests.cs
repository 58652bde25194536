using Dapper;
using Kiroku.Servers.State;
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

    private protected override string StartAfterEarlier
        => "INSERT INTO sqlite_sequence (name, seq) SELECT 'records', MAX(id) FROM earlier_actions";

    private protected override async Task<string> PlanAsync(string sql, DynamicParameters values)
        => string.Join('\n', await Database.ReadAsync(
            async connection => (await connection.QueryAsync<(long, long, long, string Detail)>(
                $"EXPLAIN QUERY PLAN {sql}", values)).Select(step => step.Detail).ToList(),
            TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_save_that_changes_nothing_assigns_no_column_of_an_index_but_the_time()
    {
        const string Indexed = """
            SELECT DISTINCT columns.name FROM pragma_index_list('servers') AS indexes,
                pragma_index_xinfo(indexes.name) AS columns
            WHERE columns.name IS NOT NULL
            """;
        var indexed = await Database.ReadAsync(
            connection => connection.QueryAsync<string>(Indexed), TestContext.Current.CancellationToken);
        var row = new ServerRow();
        Assert.Contains("running_action", indexed);
        var assigned = row.StateAssignments(known: row).Split(", ").Select(assignment => assignment.Split(' ')[0]);
        Assert.Equal(["updated_at"], indexed.Intersect(assigned));
    }

    /// <summary>PostgreSQL decides by how many hosts are asked for.</summary>
    [Fact]
    public async Task The_servers_of_some_hosts_are_read_by_an_index()
        => Assert.Matches(@"\bservers_of_host\b", await PlanAsync(
            ServersOnHosts.OnHosts, new DynamicParameters(ServersOnHosts.ValuesOf(["h1"]))));

    public override void Dispose()
    {
        database?.Dispose();
        folder.Delete(recursive: true);
    }
}
