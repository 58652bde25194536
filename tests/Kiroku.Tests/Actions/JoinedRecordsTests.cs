using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Actions;

/// <summary>Many read the record of a shared store at the same time, so that their reads are joined.</summary>
public sealed class JoinedRecordsTests : IAsyncLifetime
{
    private const int Servers = 40;
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private string connection = "";
    private PostgresDatabase database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        connection = await PostgresServer.CreateDatabaseAsync();
        database = new PostgresDatabase(connection);
        database.Migrate();
    }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Simultaneous_shows_find_what_single_ones_find()
    {
        var keys = new List<(Guid Server, string Request)>();
        foreach (var number in Enumerable.Range(0, Servers))
        {
            var server = Guid.NewGuid();
            if (number % 4 != 0)
                await LongHistory.AddServerAsync(database, server, Now, deleted: number % 4 == 1);
            if (number % 4 != 0)
                await LongHistory.AddActionsAsync(database, server, 1, 2, Now.AddSeconds(number));
            keys.AddRange([(server, "req-1"), (server, "req-2"), (server, "req-3"), (server, "req-\0\"{}")]);
        }
        var earlier = new FirstGeneration(database);
        await earlier.CheckAsync(Token);
        Assert.False(earlier.IsPresent);
        var store = new ActionStore(database, earlier);

        var found = await Task.WhenAll(keys.Concat(keys).Select(
            key => Task.Run(() => store.FindWithSubjectAsync(key.Server, key.Request, Token))));

        Assert.Equal(30 * 2 * 2, found.Count(one => one.Action is not null));
        foreach (var (one, key) in found.Zip(keys.Concat(keys)))
        {
            var single = await database.ReadOneAsync(
                db => RecordRows.FindWithSubjectAsync(db, key.Server, key.Request), Token);
            Assert.Equal(single.Item1, one.Subject);
            Assert.Equal(single.Item2?.Action, one.Action?.Action);
            Assert.Equal(single.Item2?.Events, one.Action?.Events);
        }
        var subjects = await Task.WhenAll(keys.Select(
            key => Task.Run(() => store.FindSubjectAsync(key.Server, Token))));
        Assert.Equal(found[..keys.Count].Select(one => one.Subject), subjects);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16 << 20)]
    public async Task Simultaneous_requests_for_any_action_are_answered_as_single_ones(long keptInMemory)
    {
        await using var cloud = await Cloud.StartAsync(
            _ => new PostgresDatabase(connection),
            ("Actions:KeptInMemory", $"{keptInMemory}"));
        var (mine, deleted, foreign) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var (server, isDeleted) in new[] { (mine, false), (deleted, true), (foreign, false) })
        {
            await LongHistory.AddServerAsync(database, server, Now, isDeleted);
            await LongHistory.AddActionsAsync(database, server, 1, 3, Now);
        }
        await database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE servers SET project_id = (SELECT id FROM projects WHERE name = 'demo') WHERE id <> @foreign",
            new { foreign }), Token);
        string[] paths =
        [
            .. from server in new[] { mine, deleted, foreign, Guid.NewGuid() }
            from request in new[] { "req-1", "req-2", "req-3", "req-4" }
            from version in new[] { "2.1", "2.84" }
            select $"{version} /v2.1/servers/{server}/os-instance-actions/{request}",
        ];
        var single = new List<string>();
        foreach (var path in paths)
            single.Add(await AnswerAsync(path));
        Assert.Equal(9, single.Count(answer => answer.StartsWith("OK ", StringComparison.Ordinal)));

        var together = await Task.WhenAll(
            Enumerable.Range(0, 10).SelectMany(_ => paths).Select(path => Task.Run(() => AnswerAsync(path))));

        Assert.Equal(Enumerable.Range(0, 10).SelectMany(_ => single), together);

        async Task<string> AnswerAsync(string path)
        {
            var (version, address) = (path.Split(' ')[0], path.Split(' ')[1]);
            using var answer = await cloud.Demo.GetAsync(address, ("OpenStack-API-Version", $"compute {version}"));
            return $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}";
        }
    }

    [Fact]
    public async Task A_removal_by_another_node_is_seen_at_once_among_many_who_read()
    {
        var server = Guid.NewGuid();
        await LongHistory.AddServerAsync(database, server, Now);
        await LongHistory.AddActionsAsync(database, server, 1, 20, Now);
        var earlier = new FirstGeneration(database);
        await earlier.CheckAsync(Token);
        var store = new ActionStore(database, earlier);
        using var other = new PostgresDatabase(connection);
        var remover = new RetentionStore(
            other, new FinishedRecords(Options.Create(new ActionsOptions())), new RecordedServers());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var readers = Enumerable.Range(1, 8).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
                Assert.NotNull((await store.FindWithSubjectAsync(server, "req-20", Token)).Action);
        })).ToList();

        foreach (var number in Enumerable.Range(1, 19))
        {
            var (subject, action) = await store.FindWithSubjectAsync(server, $"req-{number}", Token);
            Assert.Equal(subject, await store.FindUnchangedAsync(subject!, Token));
            await remover.RemoveAsync([action!.Action.Id], [server], Token);
            Assert.Null(await store.FindUnchangedAsync(subject!, Token));
            Assert.Null((await store.FindWithSubjectAsync(server, $"req-{number}", Token)).Action);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    /// <summary>PostgreSQL plans a prepared statement anew five times, and then keeps a plan or does not.</summary>
    [Theory]
    [InlineData(RecordRows.Subjects, 1, 1)]
    [InlineData(RecordRows.Subjects, 1, 64)]
    [InlineData(RecordRows.Shows, 3, 1)]
    [InlineData(RecordRows.Shows, 3, 64)]
    public async Task Rows_that_are_asked_for_together_are_found_by_a_kept_plan_and_by_indexes(
        string sql, int parameters, int keys)
    {
        await FillAsync(20_000);
        var lines = await database.WriteAsync(async db =>
        {
            var types = string.Join(", ", new[] { "text[]", "bytea[]", "bytea[]" }[..parameters]);
            var numbered = Enumerable.Range(0, parameters).Reverse()
                .Aggregate(sql, (text, i) => text.Replace($"@{i}", $"${i + 1}", StringComparison.Ordinal));
            var key = string.Join(", ", new[] { "'x'", "'x'::bytea", "'x'::bytea" }[..parameters].Select(
                one => $"ARRAY[{string.Join(", ", Enumerable.Repeat(one, keys))}]"));
            await db.ExecuteAsync($"PREPARE joined ({types}) AS {numbered}");
            for (var i = 0; i < 6; i++)
                await db.ExecuteAsync($"EXECUTE joined ({key})");
            Assert.Equal(1, await db.ExecuteScalarAsync<long>(
                "SELECT generic_plans FROM pg_prepared_statements WHERE name = 'joined'"));
            return (await db.QueryAsync<string>($"EXPLAIN EXECUTE joined ({key})")).ToList();
        }, Token);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', lines));
        Assert.DoesNotContain(lines, line => line.Contains("Seq Scan", StringComparison.Ordinal)
            || line.Contains("Hash", StringComparison.Ordinal) || line.Contains("Sort", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("servers_pkey", StringComparison.Ordinal));
        Assert.Equal(
            parameters == 3, lines.Exists(line => line.Contains("records_by_request", StringComparison.Ordinal)));
    }

    private Task FillAsync(int rows) => database.WriteAsync(db => db.ExecuteAsync("""
        INSERT INTO servers (id, name, project_id, user_id, image_id, flavor, vm_state, created_at, updated_at)
        SELECT gen_random_uuid()::text, 'vm', 'p', 'u', 'i', '{"vcpus":1,"memory_mib":1,"disk_gib":1}', 'active', '', ''
        FROM generate_series(1, @rows / 10);
        INSERT INTO records (
            server, request, action, user_id, project_id, started, changed, outcome, failing, resting, attempts,
            position)
        SELECT server_key(s.id), uuid_send(gen_random_uuid()), 'stop', 'u', 'p', 1, 2, 1, 0, 0, '[]', next_position()
        FROM servers s CROSS JOIN generate_series(1, 10);
        ANALYZE servers, records;
        """, new { rows }), Token);
}
