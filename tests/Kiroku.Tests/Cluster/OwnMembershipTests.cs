using Dapper;
using Kiroku.Cluster;
using Kiroku.Storage;
using Npgsql;

namespace Kiroku.Tests.Cluster;

/// <summary>A node's hold on its own membership, and what happens when it is no longer a member.</summary>
public sealed class OwnMembershipTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_member_that_counts_as_dead_or_was_asked_by_one_that_does_holds_nothing()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var (a, b) = (await nodes.StartAsync("a"), await nodes.StartAsync("b"));
        await HoldAsync(a, asker: b);
        await HoldAsync(b, asker: a);

        await Nodes.BuryAsync(a, b);

        await HoldAsync(a, asker: null);
        await HoldAsync(a, asker: a);
        await Assert.ThrowsAsync<StorageException>(() => HoldAsync(b, asker: null));
        await Assert.ThrowsAsync<StorageException>(() => HoldAsync(a, asker: b));
    }

    [Fact]
    public async Task Declaring_dead_waits_for_work_begun_before_it_and_signs_of_life_do_not()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var (a, b) = (await nodes.StartAsync("a"), await nodes.StartAsync("b"));
        var (held, letGo) = (new TaskCompletionSource(), new TaskCompletionSource());
        var write = b.Services.GetRequiredService<IDatabase>().WriteAsync(async connection =>
        {
            await b.Services.GetRequiredService<OwnMembership>().HoldAsync(connection);
            held.TrySetResult();
            await letGo.Task;
            return 0;
        }, Token);
        await held.Task.WaitAsync(Token);

        var sentence = Nodes.BuryAsync(a, b);

        await UntilSomebodyWaitsAsync(nodes);
        await using (var connection = new NpgsqlConnection(nodes.Database))
            await connection.ExecuteAsync(
                "SET lock_timeout = '1s'; UPDATE members SET alive_at = now() WHERE name = 'b'");
        Assert.Equal(SiloStatus.Active, await StatusAsync(nodes, "b"));
        letGo.SetResult();
        await write;
        await sentence;
        Assert.Equal(SiloStatus.Dead, await StatusAsync(nodes, "b"));
    }

    private static Task HoldAsync(TestApp app, TestApp? asker)
        => app.Services.GetRequiredService<IDatabase>().WriteAsync(async connection =>
    {
        await app.Services.GetRequiredService<OwnMembership>().HoldAsync(
            connection, asker is null ? null : Nodes.SiloOf(asker));
        return 0;
    }, Token);

    private static async Task<SiloStatus> StatusAsync(Nodes nodes, string name)
    {
        await using var connection = new NpgsqlConnection(nodes.Database);
        return (SiloStatus)await connection.ExecuteScalarAsync<int>(
            "SELECT status FROM members WHERE name = @name", new { name });
    }

    private static async Task UntilSomebodyWaitsAsync(Nodes nodes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await using var connection = new NpgsqlConnection(nodes.Database);
        const string Sql = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND "
            + "wait_event_type = 'Lock' AND query LIKE '%sentenced%')";
        while (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(Sql, cancellationToken: limit.Token)))
            await Task.Delay(10, limit.Token);
    }
}
