using Dapper;
using Kiroku.Actions;
using Kiroku.Actions.Feed;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Actions;
using Npgsql;

namespace Kiroku.Tests.Storage;

/// <summary>The feed while transactions are held open, committed out of order, and lost.</summary>
public sealed class PostgresFeedTests : IAsyncLifetime
{
    private static readonly DateTime Now = new(2026, 11, 30, 1, 14, 52, DateTimeKind.Utc);
    private readonly Guid server = Guid.NewGuid();
    private string connectionString = "";
    private PostgresDatabase database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SettledFeed Feed => new(database);

    public async ValueTask InitializeAsync()
    {
        connectionString = await PostgresServer.CreateDatabaseAsync();
        database = new PostgresDatabase(connectionString);
        database.Migrate();
        await LongHistory.AddServerAsync(database, server, Now);
        await LongHistory.AddActionsAsync(database, server, 1, 3, Now);
    }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_change_that_is_committed_late_is_not_overtaken()
    {
        var start = await Feed.NowAsync(Token);
        await using var early = await ChangeAsync("req-1");
        await using (var late = await ChangeAsync("req-2"))
            await late.Transaction.CommitAsync(Token);
        var meanwhile = await new ActionFeed(database).ReadAsync(start, 10, Token);
        await early.Transaction.CommitAsync(Token);
        var afterwards = await Feed.ReadAsync(meanwhile.Next, 10, Token);

        Assert.Empty(meanwhile.Entries);
        Assert.Equal(["req-1", "req-2"], Requests(afterwards));
    }

    [Fact]
    public async Task A_writer_that_died_before_its_commit_holds_nothing_up()
    {
        var start = await Feed.NowAsync(Token);
        var dead = await ChangeAsync("req-1");
        await using (var live = await ChangeAsync("req-2"))
            await live.Transaction.CommitAsync(Token);
        await database.WriteAsync(connection => connection.ExecuteScalarAsync<bool>(
            "SELECT pg_terminate_backend(@Id, 10000)", new { Id = dead.Connection.ProcessID }), Token);

        Assert.Equal(["req-2"], Requests(await Feed.ReadAsync(start, 10, Token)));
        await Assert.ThrowsAnyAsync<Exception>(() => dead.Transaction.CommitAsync(Token));
    }

    [Fact]
    public async Task Changes_of_one_transaction_are_told_over_several_pages()
    {
        var start = await Feed.NowAsync(Token);
        await database.WriteAsync(
            connection => connection.ExecuteAsync("UPDATE records SET position = next_position()"), Token);
        var first = await Feed.ReadAsync(start, 2, Token);
        Assert.Equal(["req-1", "req-2"], Requests(first));
        Assert.Equal(["req-3"], Requests(await Feed.ReadAsync(first.Next, 2, Token)));
    }

    [Fact]
    public async Task A_database_made_from_another_has_a_new_generation()
    {
        var position = await Feed.NowAsync(Token);
        database.Dispose();
        NpgsqlConnection.ClearAllPools();
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var copy = $"c{Guid.NewGuid():N}";
        await using (var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres" }.ToString()))
        await using (var create = source.CreateCommand($"CREATE DATABASE {copy} TEMPLATE {settings.Database}"))
            await create.ExecuteNonQueryAsync(Token);

        database = new PostgresDatabase(
            new NpgsqlConnectionStringBuilder(connectionString) { Database = copy }.ToString());
        database.Migrate();

        await Assert.ThrowsAsync<FeedGoneException>(() => Feed.ReadAsync(position, 10, Token));
        Assert.Equal(3, (await Feed.ReadAsync(null, 10, Token)).Entries.Count);
    }

    /// <summary>As after the start of a standby server, which other nodes go on with.</summary>
    [Fact]
    public async Task A_server_that_goes_on_from_an_earlier_state_has_a_new_generation_at_once()
    {
        var position = await Feed.NowAsync(Token);
        await database.WriteAsync(connection => connection.ExecuteAsync(
            "CREATE OR REPLACE FUNCTION feed_origin() RETURNS TEXT LANGUAGE SQL AS $$SELECT 'another'$$"), Token);
        await Assert.ThrowsAsync<FeedGoneException>(() => Feed.ReadAsync(position, 10, Token));
    }

    /// <summary>Positions that a dump brings along are far beyond the transactions of a new server.</summary>
    [Fact]
    public async Task All_is_told_of_a_database_that_was_restored_from_a_dump()
    {
        await database.WriteAsync(connection => connection.ExecuteAsync(
            "UPDATE records SET position = 9000000000000 + id; UPDATE feed SET origin = 'elsewhere'"), Token);
        database.Migrate();
        var restored = await Feed.ReadAsync(null, 10, Token);
        await using (var change = await ChangeAsync("req-2"))
            await change.Transaction.CommitAsync(Token);

        Assert.Equal(["req-1", "req-2", "req-3"], Requests(restored));
        Assert.Equal(["req-2"], Requests(await Feed.ReadAsync(restored.Next, 10, Token)));
    }

    /// <summary>A node of the version before is reported as running, and the record has not moved.</summary>
    [Fact]
    public async Task A_store_that_nodes_of_an_earlier_version_work_on_is_left_to_them()
    {
        await database.WriteAsync(connection => connection.ExecuteAsync(
            """
            DELETE FROM schemaversions WHERE scriptname LIKE '%.0041-cancelled.sql';
            INSERT INTO nodes (name, number, folder, silo, roles, zone, address, version, started_at, seen_at)
            VALUES ('old-1', 1, 'f', '127.0.0.1:1@1', 'compute', 'nova', '127.0.0.1', '0', '', '2199-01-01T00:00:00')
            """), Token);
        var refused = Assert.Throws<StorageException>(database.Migrate);
        Assert.Contains("old-1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("stop them all", refused.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Requests(FeedPage page)
        => page.Entries.Select(entry => entry.Recorded.Action.RequestId);

    private async Task<Change> ChangeAsync(string request)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Token);
        var transaction = await connection.BeginTransactionAsync(Token);
        Assert.Equal(1, await connection.ExecuteAsync(
            "UPDATE records SET position = next_position() WHERE server = @server AND request = @request",
            new { server = CompactId.Of(server), request = CompactId.OfRequest(request) }));
        return new Change(connection, transaction);
    }

    private sealed record Change(NpgsqlConnection Connection, NpgsqlTransaction Transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Connection.DisposeAsync();
    }
}
