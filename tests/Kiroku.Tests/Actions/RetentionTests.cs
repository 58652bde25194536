using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Kiroku.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Actions;

public sealed class RetentionTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));
    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
    private readonly IDatabase database;
    private readonly Guid server = Guid.NewGuid();

    public RetentionTests()
    {
        database = TestStore.Open(folder);
        database.Migrate();
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Without_settings_all_actions_are_kept()
    {
        await AddAsync(server, deleted: false, 5);
        await AddAsync(Guid.NewGuid(), deleted: true, 5);
        time.Advance(10_000 * Day);

        Assert.Equal((0, 0), await TrimAsync(new RetentionOptions()));
        Assert.Equal(10, await LongHistory.CountAsync(database, "records"));
    }

    [Fact]
    public async Task Actions_that_ended_longer_ago_than_the_age_are_removed()
    {
        await AddAsync(server, deleted: false, 3);
        time.Advance(Day);
        await LongHistory.AddActionsAsync(database, server, 4, 2, Now);
        time.Advance(Day);

        Assert.Equal((3, 0), await TrimAsync(new RetentionOptions { Living = new() { MaxAge = 1.5 * Day } }));
        Assert.Equal("req-4 req-5", await LongHistory.LeftAsync(database, server));
        await LongHistory.AssertWholeAsync(database);
    }

    [Fact]
    public async Task Actions_that_ended_exactly_as_long_ago_as_the_age_stay()
    {
        await AddAsync(server, deleted: false, 1);
        time.Advance(Day);

        Assert.Equal((0, 0), await TrimAsync(new RetentionOptions { Living = new() { MaxAge = Day } }));
        time.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal((1, 0), await TrimAsync(new RetentionOptions { Living = new() { MaxAge = Day } }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Of_each_server_the_newest_stay_whatever_the_size_of_a_batch(int batch)
    {
        var servers = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        foreach (var (index, id) in servers.Index())
            await AddAsync(id, deleted: false, index * 2);

        var removed = await TrimAsync(new RetentionOptions { Living = new() { MaxCount = 4 }, BatchSize = batch });

        Assert.Equal((2 + 4, 0), removed);
        Assert.Equal(
            ["", "req-1 req-2", "req-1 req-2 req-3 req-4", "req-3 req-4 req-5 req-6", "req-5 req-6 req-7 req-8"],
            await Task.WhenAll(servers.Select(id => LongHistory.LeftAsync(database, id))));
        await LongHistory.AssertWholeAsync(database);
    }

    [Fact]
    public async Task The_running_action_stays_and_counts()
    {
        await AddAsync(server, deleted: false, 3);
        await LongHistory.AddRunningAsync(database, server, "req-running", Now);
        time.Advance(10 * Day);

        Assert.Equal((2, 0), await TrimAsync(new RetentionOptions { Living = new() { MaxCount = 2 } }));
        Assert.Equal("req-3 req-running", await LongHistory.LeftAsync(database, server));
        Assert.Equal((1, 0), await TrimAsync(new RetentionOptions { Living = new() { MaxAge = Day } }));
        Assert.Equal("req-running", await LongHistory.LeftAsync(database, server));
    }

    [Fact]
    public async Task A_running_action_that_none_overtook_stays_below_the_count_too()
    {
        await LongHistory.AddServerAsync(database, server, Now);
        await LongHistory.AddRunningAsync(database, server, "req-running", Now);
        await LongHistory.AddActionsAsync(database, server, 1, 3, Now);

        Assert.Equal((2, 0), await TrimAsync(new RetentionOptions { Living = new() { MaxCount = 1 } }));
        Assert.Equal("req-running req-3", await LongHistory.LeftAsync(database, server));
    }

    [Fact]
    public async Task Living_and_deleted_servers_have_limits_of_their_own()
    {
        var deleted = Guid.NewGuid();
        await AddAsync(server, deleted: false, 5);
        await AddAsync(deleted, deleted: true, 5);

        Assert.Equal((3, 0), await TrimAsync(new RetentionOptions { Deleted = new() { MaxCount = 2 } }));
        Assert.Equal("req-4 req-5", await LongHistory.LeftAsync(database, deleted));
        Assert.Equal((1, 0), await TrimAsync(new RetentionOptions { Living = new() { MaxCount = 4 } }));
        Assert.Equal("req-2 req-3 req-4 req-5", await LongHistory.LeftAsync(database, server));
    }

    [Fact]
    public async Task A_deleted_server_goes_with_its_last_action_and_a_living_one_stays()
    {
        var deleted = Guid.NewGuid();
        await AddAsync(server, deleted: false, 5);
        await AddAsync(deleted, deleted: true, 5);
        time.Advance(2 * Day);
        var limits = new RetentionLimits { MaxAge = Day };

        Assert.Equal(
            (10, 1), await TrimAsync(new RetentionOptions { Living = limits, Deleted = limits, BatchSize = 2 }));

        Assert.True(await LongHistory.ExistsAsync(database, server));
        Assert.False(await LongHistory.ExistsAsync(database, deleted));
        Assert.Equal(0, await LongHistory.CountAsync(database, "records"));
    }

    [Fact]
    public async Task All_servers_are_looked_at_however_many_there_are()
    {
        await Task.WhenAll(Enumerable.Range(0, 450).Select(_ => AddAsync(Guid.NewGuid(), deleted: true, 1)));
        time.Advance(2 * Day);

        Assert.Equal((450, 450), await TrimAsync(new RetentionOptions { Deleted = new() { MaxAge = Day } }));
    }

    [Fact]
    public async Task Actions_to_remove_are_found_by_indexes_alone()
    {
        Assert.SkipWhen(TestStore.IsShared, "the plan is read as SQLite tells it");
        var query = new RetentionQuery(false, Now, 10, 200);
        await AssertIndexedAsync(RecordedServers.Next, query);
        await AssertIndexedAsync(
            $"SELECT ({RetentionStore.OldestByAge}), ({RetentionStore.LastByCount}) FROM servers s "
                + "WHERE s.id = @server",
            new { server, EndedBefore = 0L, query.MaxCount });
        await AssertIndexedAsync(
            "SELECT id FROM kept_answers WHERE expires_at <= @now ORDER BY expires_at LIMIT 5", new { now = Now });
        await AssertIndexedAsync("DELETE FROM records WHERE id IN (1, 2) AND outcome <> 0", new { });
    }

    private async Task AssertIndexedAsync(string sql, object values)
    {
        var plan = await database.ReadAsync(
            async connection => (await connection.QueryAsync($"EXPLAIN QUERY PLAN {sql}", values)).Select(
                row => (string)row.detail).ToList(), default);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', plan));
        Assert.All(plan, line => Assert.Matches(
            "^(SEARCH .* USING .*(INDEX|INTEGER PRIMARY KEY)|CORRELATED SCALAR SUBQUERY)", line));
    }

    private async Task AddAsync(Guid id, bool deleted, int actions)
    {
        await LongHistory.AddServerAsync(database, id, Now, deleted);
        if (actions > 0)
            await LongHistory.AddActionsAsync(database, id, 1, actions, Now);
    }

    private Task<(int Actions, int Servers)> TrimAsync(RetentionOptions options)
    {
        Assert.True(new RetentionValidation().Validate(null, options).Succeeded);
        var unpaused = new RetentionOptions
        {
            Living = options.Living,
            Deleted = options.Deleted,
            BatchSize = options.BatchSize,
            Pause = TimeSpan.Zero,
        };
        var answers = new KeptAnswers(database, Options.Create(new IdempotencyOptions()), time);
        var records = new FinishedRecords(Options.Create(new ActionsOptions()));
        return new Retention(
            new RetentionStore(database, records, new RecordedServers()), new FirstGeneration(database), answers,
            Options.Create(unpaused), time, NullLogger<Retention>.Instance)
            .TrimAsync(TestContext.Current.CancellationToken);
    }
}
