using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Npgsql;

namespace Kiroku.Tests.Storage;

public sealed class PostgresStoreTests : StoreConformance, IAsyncLifetime
{
    private const string NoteAddition
        = "INSERT INTO schemaversions (scriptname, applied) VALUES "
            + "('Kiroku.Storage.Postgres.Migrations.9999-future.sql', '2099-01-01')";

    private string connectionString = "";
    private PostgresDatabase? database;

    public async ValueTask InitializeAsync()
    {
        connectionString = await PostgresServer.CreateDatabaseAsync();
        using var first = new PostgresDatabase(connectionString);
        first.Migrate();
        await first.WriteAsync(db => db.ExecuteAsync(
            """
            INSERT INTO membership (cluster, version) VALUES ('kiroku', 1);
            INSERT INTO members (cluster, address, port, generation, name, machine, status, proxy_port, started_at, alive_at)
            VALUES ('kiroku', '127.0.0.1', 1, 1, 'one', 'm', 3, 0, now(), now())
            """), TestContext.Current.CancellationToken);
    }

    private protected override IDatabase Open() => database = new PostgresDatabase(connectionString);

    private protected override string[] NoteNewerMigration
        => [NoteAddition, "UPDATE compatibility SET oldest_schema = 9999"];

    private protected override string[] ForgetSums =>
    [
        "DROP FUNCTION keep_host_sums, keep_project_sums CASCADE", "DROP FUNCTION largest_in_flavors",
        "DROP TABLE host_sums", "DROP TABLE project_sums",
        "DELETE FROM schemaversions WHERE scriptname LIKE '%.0036-sums.sql'",
    ];

    private protected override string[] ForgetAddresses =>
    [
        "DROP FUNCTION keep_server_addresses CASCADE", "DROP FUNCTION addresses_in", "DROP TABLE server_addresses",
        "DROP INDEX servers_of_project_by_id, servers_by_end",
        "DELETE FROM schemaversions WHERE scriptname LIKE '%.0048-server-addresses.sql'",
    ];

    /// <summary>Counts the rows that the transaction has read.</summary>
    private protected override async Task<long> CountReadAsync(DbConnection connection, Func<Task> read)
    {
        const string Rows = "SELECT SUM(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0)) "
            + "FROM pg_stat_xact_user_tables";
        var before = await connection.ExecuteScalarAsync<long>(Rows);
        await read();
        return await connection.ExecuteScalarAsync<long>(Rows) - before;
    }

    /// <summary>PostgreSQL refuses U+0000.</summary>
    private protected override string Kept(string text) => text.Replace('\0', '\u2400');

    private protected override string StartAfterEarlier => """
        SELECT setval(pg_get_serial_sequence('records', 'id'), (SELECT MAX(id) FROM earlier_actions))
        """;

    private protected override async Task<string> PlanAsync(string sql, DynamicParameters values)
    {
        await Database.WriteAsync(
            connection => connection.ExecuteAsync("ANALYZE servers, records"), TestContext.Current.CancellationToken);
        return string.Join('\n', await Database.ReadAsync(async connection =>
        {
            await connection.ExecuteAsync(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off");
            return (await connection.QueryAsync<string>($"EXPLAIN {sql}", values)).ToList();
        }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_store_to_which_a_newer_service_only_added_is_used_beside_it()
    {
        var shared = Open();
        shared.Migrate();
        await shared.WriteAsync(db => db.ExecuteAsync(NoteAddition), TestContext.Current.CancellationToken);
        shared.Migrate();
    }

    /// <summary>The former process counts as dead, and has not heard of it.</summary>
    [Fact]
    public async Task An_attempt_that_begins_during_a_take_up_is_taken_up()
    {
        var (server, running) = await WithRunningActionAsync();
        await using var other = new NpgsqlConnection(connectionString);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var lockOfMember = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await other.ExecuteAsync("SELECT 1 FROM members FOR UPDATE");
        // It has its view of the store, and waits for its row among the members.
        var takingUp = Servers.TakeUpActionAsync(server.Id, Now, TestContext.Current.CancellationToken);
        while (!await other.ExecuteScalarAsync<bool>(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await Actions.SaveAsync(
            server.Fence, With(running, Event("step")), null, TestContext.Current.CancellationToken);
        await lockOfMember.RollbackAsync(TestContext.Current.CancellationToken);

        var (_, taken) = (await takingUp)!.Value;
        Assert.True(RecordedAction.IsInterrupted(Assert.Single(taken.Events)));
    }

    [Fact]
    public async Task Tables_that_a_newer_service_adds_to_are_read_and_written_as_before()
    {
        var shared = Open();
        // So many times that each connection has prepared the statements.
        for (var i = 0; i < 20; i++)
            await UseAsync();
        using var newer = new PostgresDatabase(connectionString);
        await newer.WriteAsync(
            db => db.ExecuteAsync(
                "ALTER TABLE flavors ADD COLUMN of_newer TEXT; ALTER TABLE nodes ADD COLUMN of_newer TEXT"),
                    TestContext.Current.CancellationToken);

        await UseAsync();

        async Task UseAsync()
        {
            await shared.ReadAsync(CountAsync, TestContext.Current.CancellationToken);
            await shared.ReadOneAsync(CountAsync, TestContext.Current.CancellationToken);
            await shared.WriteAsync(CountAsync, TestContext.Current.CancellationToken);
        }

        static async Task<int> CountAsync(DbConnection db)
            => (await db.QueryAsync("SELECT * FROM flavors")).Count()
                + (await db.QueryAsync("SELECT * FROM nodes")).Count();
    }

    [Fact]
    public async Task Writes_that_run_alone_wait_for_each_other_and_are_not_repeated()
    {
        using var one = new PostgresDatabase(connectionString);
        using var two = new PostgresDatabase(connectionString);
        var begun = 0;
        await Task.WhenAll(
            Enumerable.Range(0, 30).Select(
                number => Task.Run(() => (number % 2 == 0 ? one : two).WriteAloneAsync(async db =>
        {
            Interlocked.Increment(ref begun);
            var there = await db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM flavors WHERE id LIKE 'f%'");
            return await db.ExecuteAsync(
                "INSERT INTO flavors (id, name, vcpus, memory_mib, disk_gib) VALUES (@id, @id, @there, 1, 1)",
                new { id = $"f{number}", there });
        }, TestContext.Current.CancellationToken))));

        Assert.Equal(30, begun);
        var seen = await one.ReadAsync(
            db => db.QueryAsync<int>("SELECT vcpus FROM flavors WHERE id LIKE 'f%' ORDER BY vcpus"),
            TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 30), seen);
    }

    public override void Dispose() => database?.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
