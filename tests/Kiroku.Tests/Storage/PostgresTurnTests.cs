using Dapper;
using Kiroku.Storage.Postgres;

namespace Kiroku.Tests.Storage;

public sealed class PostgresTurnTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_process_has_the_turn_until_it_ends()
    {
        var connection = await PostgresServer.CreateDatabaseAsync();
        using var second = new PostgresDatabase(connection);
        using (var first = new PostgresDatabase(connection))
        {
            Assert.True(await first.HasTurnAsync(Token));
            Assert.False(await second.HasTurnAsync(Token));
            Assert.True(await first.HasTurnAsync(Token));
        }
        await UntilItHasAsync(second);
    }

    [Fact]
    public async Task A_process_that_loses_the_session_loses_the_turn()
    {
        var connection = await PostgresServer.CreateDatabaseAsync();
        using var first = new PostgresDatabase(connection);
        using var second = new PostgresDatabase(connection);
        Assert.True(await first.HasTurnAsync(Token));

        await second.WriteAsync(db => db.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """), Token);
        await UntilItHasAsync(second);
        Assert.False(await first.HasTurnAsync(Token));
    }

    /// <summary>The server takes a moment to notice the end of a session.</summary>
    private static async Task UntilItHasAsync(PostgresDatabase database)
    {
        while (!await database.HasTurnAsync(Token))
            await Task.Yield();
    }
}
