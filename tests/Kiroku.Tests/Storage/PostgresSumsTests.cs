using Dapper;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Actions;
using Npgsql;

namespace Kiroku.Tests.Storage;

/// <summary>Changes of sums by several transactions at once.</summary>
public sealed class PostgresSumsTests : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.02);
    private string connectionString = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        connectionString = await PostgresServer.CreateDatabaseAsync();
        using var database = new PostgresDatabase(connectionString);
        database.Migrate();
        foreach (var name in new[] { "a", "b", "c" })
        {
            var id = Guid.NewGuid();
            await LongHistory.AddServerAsync(database, id, DateTime.UnixEpoch);
            await database.WriteAsync(db => db.ExecuteAsync(
                "UPDATE servers SET name = @name, host = @name, claimed_vcpus = 1 WHERE id = @id", new { id, name }),
                Token);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Otherwise each of two servers that change places could wait for the other one.</summary>
    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public async Task A_server_that_moves_waits_for_the_first_of_its_hosts_before_it_holds_the_second(
        string from, string to)
    {
        await using (var before = await BeginAsync())
            await before.ExecuteAsync("UPDATE servers SET host = @from WHERE name = 'c'; COMMIT", new { from });
        await using var first = await BeginAsync();
        await first.ExecuteAsync("UPDATE servers SET claimed_vcpus = 2 WHERE name = 'a'");
        await using var second = await BeginAsync();
        var move = second.ExecuteAsync("UPDATE servers SET host = @to WHERE name = 'c'", new { to });
        await UntilWaitsAsync();

        await using var third = await BeginAsync();
        await third.ExecuteAsync("UPDATE servers SET claimed_vcpus = 2 WHERE name = 'b'");
        await third.ExecuteAsync("COMMIT");
        Assert.False(move.IsCompleted);
        await first.ExecuteAsync("COMMIT");
        await move;
        await second.ExecuteAsync("COMMIT");
    }

    private async Task UntilWaitsAsync()
    {
        await using var asking = new NpgsqlConnection(connectionString);
        while (await asking.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
            == 0)
            await Task.Delay(Pause, Token);
    }

    private async Task<NpgsqlConnection> BeginAsync()
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Token);
        await connection.ExecuteAsync("BEGIN; SET LOCAL lock_timeout = '20s'");
        return connection;
    }
}
