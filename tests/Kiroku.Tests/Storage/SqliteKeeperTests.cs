using Dapper;
using Kiroku.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Kiroku.Tests.Storage;

/// <summary>The statements that the writer's connection keeps.</summary>
public sealed class SqliteKeeperTests : IDisposable
{
    private readonly SqliteKeepingAll connection = new("Data Source=:memory:");

    public SqliteKeeperTests()
    {
        connection.Open();
        connection.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)");
    }

    public void Dispose() => connection.Dispose();

    [Fact]
    public void A_statement_runs_again_with_other_values_and_with_fewer()
    {
        foreach (var id in new[] { 1, 2 })
            connection.Execute("INSERT INTO t (id, text) VALUES (@id, @text)", new { id, text = $"t{id}" });
        Assert.Equal(["t1", "t2"], connection.Query<string>("SELECT text FROM t ORDER BY id"));
        Assert.Equal("t2", connection.ExecuteScalar<string>("SELECT text FROM t WHERE id = @id", new { id = 2 }));
        Assert.Throws<InvalidOperationException>(
            () => connection.ExecuteScalar<string>("SELECT text FROM t WHERE id = @id", new { other = 2 }));
    }

    [Fact]
    public void A_statement_that_failed_can_be_run_again()
    {
        const string Insert = "INSERT INTO t (id) VALUES (@id) RETURNING id";
        Assert.Equal(1, connection.QuerySingle<long>(Insert, new { id = 1 }));
        Assert.Throws<SqliteException>(() => connection.QuerySingle<long>(Insert, new { id = 1 }));
        Assert.Equal(2, connection.QuerySingle<long>(Insert, new { id = 2 }));
    }

    [Fact]
    public void A_statement_follows_a_change_of_its_table()
    {
        Assert.Empty(connection.Query("SELECT * FROM t"));
        connection.Execute("ALTER TABLE t ADD COLUMN more TEXT DEFAULT 'x'; INSERT INTO t (id) VALUES (1)");
        Assert.Equal("x", (string)connection.QuerySingle("SELECT * FROM t").more);
    }

    [Fact]
    public void Statements_that_name_ids_do_not_pile_up()
    {
        for (var id = 0; id < 1000; id++)
            Assert.Equal(id, connection.ExecuteScalar<long>($"SELECT {id}"));
        Assert.InRange(connection.Kept, 1, 256);
        Assert.Equal(7, connection.ExecuteScalar<long>("SELECT 7"));
    }
}
