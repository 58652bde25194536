using Dapper;
using Kiroku.Actions;
using Kiroku.Storage;
using Kiroku.Storage.Copying;
using Kiroku.Storage.Postgres;
using Kiroku.Storage.Sqlite;
using Kiroku.Tests.Actions;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Storage;

public sealed class StoreCopyTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-test-");
    private string connection = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => connection = await PostgresServer.CreateDatabaseAsync();

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_service_goes_on_with_the_copy_where_it_stopped()
    {
        await using var cloud = await Cloud.StartAsync(where => new SqliteDatabase(Path.Combine(where, "kiroku.db")));
        using var keypair = await cloud.Demo.PostAsync("/v2.1/os-keypairs", """{"keypair":{"name":"mine"}}""");
        var server = await cloud.CreateServerAsync();
        var create = await cloud.NewestActionAsync(server);
        cloud.Host.IsDeaf = true;
        var stop = await cloud.DoAsync(server, """{"os-stop":null}""");
        var path = $"/v2.1/servers/{server}/os-instance-actions/{stop.Action.RequestId}";
        var before = await (await cloud.Demo.GetAsync(path)).Content.ReadAsStringAsync(Token);
        await AddGroupsAsync(cloud.Database);
        await cloud.StopAsync();
        using (var source = new SqliteDatabase(Path.Combine(cloud.Folder, "kiroku.db")))
        {
            var copied = await new StoreCopy(source, connection).RunAsync(Token);
            Assert.Equal((1, 2, 2), (copied["servers"], copied["records"], copied["users"]));
            await AssertSameAsync(source);
        }

        cloud.OpenStore = _ => new PostgresDatabase(connection);
        await cloud.StartAgainAsync();
        Assert.Equal(cloud.Image, create.Action.Changes?.After?.Image);
        Assert.Equal(
            create.Action.Changes, (await cloud.ActionAsync(server, create.Action.RequestId)).Action.Changes);
        Assert.Equal(
            [new Warning(WarningCodes.GuestForcedOff, EventNames.Stop, 1)],
            (await cloud.ActionAsync(server, stop.Action.RequestId)).Action.Warnings);
        // The old token is valid, too.
        Assert.Equal(before, await (await cloud.Demo.GetAsync(path)).Content.ReadAsStringAsync(Token));
        var start = await cloud.DoAsync(server, """{"os-start":null}""");
        Assert.Equal(Outcomes.Succeeded, start.Action.Outcome);
        Assert.True(start.Action.Id > stop.Action.Id);
        await cloud.AssertWholeAsync(server);
        Assert.Equal(2, await CountSumsAsync(cloud.Database));
        await cloud.DeleteAsync(server);
        Assert.Equal(0, await CountSumsAsync(cloud.Database));
    }

    [Fact]
    public async Task A_table_may_take_longer_to_copy_than_other_statements_are_given()
    {
        var server = Guid.NewGuid();
        using (var database = new PostgresDatabase(connection))
        {
            database.Migrate();
            await database.WriteAsync(db => db.ExecuteAsync(
                """
                CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END$$;
                CREATE TRIGGER be_slow BEFORE INSERT ON flavors EXECUTE FUNCTION be_slow();
                """), Token);
        }
        using var source = Source();
        await LongHistory.AddServerAsync(source, server, DateTime.UnixEpoch);

        var copied = await new StoreCopy(source, $"{connection};Command Timeout=1").RunAsync(Token);

        Assert.Equal(1, copied["servers"]);
    }

    [Fact]
    public async Task Actions_that_have_not_moved_keep_their_ids_in_the_copy()
    {
        var server = Guid.NewGuid();
        using (var source = Source())
        {
            await LongHistory.AddServerAsync(source, server, DateTime.UnixEpoch);
            await source.WriteAsync(db => db.ExecuteAsync(
                """
                INSERT INTO earlier_actions (id, server_id, request_id, action, start_time, updated_at, outcome, failing)
                VALUES (7, @server, 'req-7', 'stop', '2026-01-01T00:00:00.000000', '2026-01-01T00:00:00.000000',
                    'succeeded', 0)
                """, new { server }), Token);
            await new StoreCopy(source, connection).RunAsync(Token);
        }
        using var copy = new PostgresDatabase(connection);
        var earlier = new FirstGeneration(copy);
        var store = new ActionStore(copy, earlier);
        var next = await copy.WriteAsync(db => store.InsertNextAsync(db, new ActionRecord
        {
            ServerId = server,
            RequestId = "req-8",
            Action = ActionNames.Start,
            StartTime = DateTime.UnixEpoch,
            UpdatedAt = DateTime.UnixEpoch,
            Outcome = Outcomes.Running,
        }), Token);

        Assert.True(next.Id > 7);
        Assert.Equal(1, await earlier.MoveAsync(10, Token));
        Assert.Equal(["req-8", "req-7"],
            (await store.ListAsync(server, new ActionQuery(10), Token)).Select(action => action.RequestId));
    }

    [Fact]
    public async Task Every_table_but_the_feed_is_copied()
    {
        using var source = Source();
        var tables = await source.ReadAsync(db => db.QueryAsync<string>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> "
                + "'SchemaVersions'"), Token);
        Assert.Equal(tables.Except(["feed"]).Order(), StoreCopy.Tables.Order());
    }

    [Fact]
    public async Task A_store_that_is_in_use_is_not_copied_into()
    {
        using var source = Source();
        await AddUserAsync(source, "a");
        Assert.Equal(1, (await new StoreCopy(source, connection).RunAsync(Token))["users"]);
        await AddUserAsync(source, "b");
        var refused = await Assert.ThrowsAsync<StorageException>(
            () => new StoreCopy(source, connection).RunAsync(Token));
        Assert.Contains("empty", refused.Message, StringComparison.Ordinal);
        using var destination = new PostgresDatabase(connection);
        Assert.Equal(["a"], await destination.ReadAsync(db => db.QueryAsync<string>("SELECT name FROM users"), Token));
    }

    private static Task<long> CountSumsAsync(IDatabase database) => database.ReadAsync(
        db => db.ExecuteScalarAsync<long>(
            "SELECT (SELECT SUM(servers) FROM host_sums) + (SELECT SUM(servers) FROM project_sums)"), Token);

    private static Task AddGroupsAsync(IDatabase database) => database.WriteAsync(db => db.ExecuteAsync(
        """
        INSERT INTO security_groups (id, project_id, name, description, created_at, updated_at)
        VALUES ('g', 'p', 'web', '', '', '');
        INSERT INTO security_group_rules (
            id, group_id, direction, version, protocol, first_port, last_port, description, created_at)
        VALUES ('r', 'g', 'ingress', 4, 'tcp', 80, 81, '', '');
        INSERT INTO server_groups (id, project_id, user_id, name, policy, max_server_per_host, created_at)
        VALUES ('5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a', 'p', 'u', 'web', 'anti-affinity', 2, '');
        UPDATE servers SET server_group_id = '5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a'
        """), Token);

    private SqliteDatabase Source()
    {
        var source = new SqliteDatabase(Path.Combine(folder.FullName, "kiroku.db"));
        source.Migrate();
        return source;
    }

    private static Task AddUserAsync(IDatabase database, string name) => database.WriteAsync(
        db => db.ExecuteAsync("INSERT INTO users (id, name, password_hash, valid_after) VALUES (@name, @name, '', '')",
            new { name }), Token);

    private async Task AssertSameAsync(IDatabase source)
    {
        using var destination = new PostgresDatabase(connection);
        foreach (var table in StoreCopy.Tables)
            Assert.Equal(await RowsAsync(source, table), await RowsAsync(destination, table));
    }

    /// <summary>Each row as text, with columns and rows in the same order for both kinds of store.</summary>
    private static Task<List<string>> RowsAsync(IDatabase database, string table) => database.ReadAsync(async db =>
        (await db.QueryAsync($"SELECT * FROM {table}"))
            .Select(row => string.Join('|', ((IDictionary<string, object?>)row)
                .Where(cell => cell.Key != "position").OrderBy(cell => cell.Key, StringComparer.Ordinal).Select(Shown)))
            .Order(StringComparer.Ordinal).ToList(), Token);

    private static string Shown(KeyValuePair<string, object?> cell)
        => $"{cell.Key}={(cell.Value is byte[] bytes ? Convert.ToHexString(bytes) : cell.Value)}";
}
