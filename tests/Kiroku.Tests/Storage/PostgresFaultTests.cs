using Dapper;
using Kiroku.Actions;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Servers;
using Npgsql;

namespace Kiroku.Tests.Storage;

/// <summary>The service with a database server that is away, full or not the right one.</summary>
public sealed class PostgresFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"os-stop":null}""")]
    [InlineData("""{"reboot":{"type":"HARD"}}""")]
    [InlineData("""{"shelve":null}""")]
    public async Task While_the_server_is_away_requests_get_503_and_afterwards_work_goes_on(string body)
    {
        await using var server = await PostgresServer.CreateAsync();
        var connection = await server.AddDatabaseAsync("kiroku");
        await using var cloud = await Cloud.StartAsync(_ => new PostgresDatabase(connection));
        var vm = await cloud.CreateServerAsync();
        var halfway = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        cloud.Hypervisor.Before = async _ =>
        {
            halfway.TrySetResult();
            await goOn.Task;
        };
        var (status, request) = await cloud.ActAsync(vm, body);
        await halfway.Task.WaitAsync(Token);

        await server.StopAsync();
        goOn.SetResult();
        foreach (var path in new[] { "/v2.1/servers", $"/v2.1/servers/{vm}/os-instance-actions/{request}" })
        {
            using var refused = await cloud.Demo.GetAsync(path);
            Assert.Equal((503, true), ((int)refused.StatusCode, refused.Headers.RetryAfter is not null));
        }
        await server.StartAsync();

        Assert.Equal(202, status);
        Assert.Equal(Outcomes.Succeeded, (await cloud.EndedAsync(vm, request)).Action.Outcome);
        Assert.Single((await cloud.ActionAsync(vm, request)).Events);
        await cloud.AssertWholeAsync(vm);
    }

    [Fact]
    public async Task The_outcome_of_a_commit_whose_answer_is_lost_is_looked_up()
    {
        await using var source = NpgsqlDataSource.Create(await PostgresServer.CreateDatabaseAsync());
        Assert.True(
            await (await EndAsync(source, transaction => transaction.CommitAsync(Token))).HasTakenPlaceAsync(source));
        Assert.False(
            await (await EndAsync(source, transaction => transaction.RollbackAsync(Token))).HasTakenPlaceAsync(source));
    }

    [Fact]
    public async Task A_server_that_refuses_us_is_told_apart_from_one_that_is_away()
    {
        var known = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        Assert.Contains("let this service in",
            Fail(known.ToString().Replace("Username=kiroku", "Username=nobody", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Contains("let this service in",
            Fail(known.ToString().Replace(known.Database!, "other", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Database=kiroku")]
    [InlineData("Host=a;Colour=red")]
    [InlineData("Host=a;Port=many")]
    [InlineData("postgres://a/b")]
    public void An_invalid_connection_string_is_reported(string text) => Assert.NotNull(PostgresConnection.Check(text));

    [Fact]
    public async Task Nodes_that_start_at_once_make_one_schema()
    {
        var connection = await PostgresServer.CreateDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var database = new PostgresDatabase(connection);
            database.Migrate();
        }, Token)));
        using var one = new PostgresDatabase(connection);
        Assert.Equal(3, await one.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM roles"), Token));
    }

    [Fact]
    public async Task A_limit_holds_among_writes_that_cannot_see_each_other()
    {
        using var database = new PostgresDatabase(await PostgresServer.CreateDatabaseAsync());
        database.Migrate();
        var added = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(number => Task.Run(() => database.WriteAloneAsync(async db =>
            await db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM quotas") < 5
                && await db.ExecuteAsync(
                    "INSERT INTO quotas (project_id, resource, hard_limit) VALUES (@number, 'cores', 1)",
                    new { number = $"{number}" }) == 1, Token), Token)));
        Assert.Equal(5, added.Count(one => one));
    }

    private static string Fail(string connection)
    {
        using var database = new PostgresDatabase(connection);
        return Assert.Throws<StorageException>(database.Migrate).Message;
    }

    private static async Task<PostgresCommit> EndAsync(NpgsqlDataSource source, Func<NpgsqlTransaction, Task> end)
    {
        await using var connection = await source.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var commit = await PostgresCommit.BeginAsync(connection, alone: false);
        await end(transaction);
        return commit;
    }
}
