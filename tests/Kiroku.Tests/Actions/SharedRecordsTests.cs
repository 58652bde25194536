using Dapper;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Actions;

/// <summary>One node caches and trims the record while another node does the same in the same store.</summary>
public sealed class SharedRecordsTests : IAsyncLifetime
{
    private const string Stop = """{"os-stop":null}""";
    private string connection = "";
    private PostgresDatabase other = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RetentionStore Store(PostgresDatabase database)
        => new(database, new FinishedRecords(Options.Create(new ActionsOptions())), new RecordedServers());

    public async ValueTask InitializeAsync()
    {
        connection = await PostgresServer.CreateDatabaseAsync();
        other = new PostgresDatabase(connection);
        other.Migrate();
    }

    public ValueTask DisposeAsync()
    {
        other.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_record_that_another_node_removed_is_not_read_from_memory()
    {
        await using var cloud = await Cloud.StartAsync(_ => new PostgresDatabase(connection));
        var server = await cloud.CreateServerAsync();
        var (gone, left) = ((await cloud.DoAsync(server, Stop)).Action,
            (await cloud.DoAsync(server, """{"os-start":null}""")).Action);
        Assert.Equal((200, 200), (await StatusAsync(cloud, gone), await StatusAsync(cloud, gone)));
        Assert.Equal((200, 200), (await StatusAsync(cloud, left), await StatusAsync(cloud, left)));

        await Store(other).RemoveAsync([gone.Id], [server], Token);

        Assert.Equal((404, 200, 200),
            (await StatusAsync(cloud, gone), await StatusAsync(cloud, left), await StatusAsync(cloud, left)));
    }

    [Fact]
    public async Task A_server_that_another_node_deleted_or_forgot_is_not_shown_from_memory()
    {
        await using var cloud = await Cloud.StartAsync(_ => new PostgresDatabase(connection));
        var server = await cloud.CreateServerAsync();
        var action = (await cloud.DoAsync(server, Stop)).Action;
        Assert.Equal((200, 200), (await StatusAsync(cloud, action), await StatusAsync(cloud, action, "/v2")));

        await other.WriteAsync(db => db.ExecuteAsync("UPDATE servers SET deleted = 1"), Token);
        Assert.Equal(
            (404, 200), (await StatusAsync(cloud, action, "/v2"), await StatusAsync(cloud, action, version: "2.21")));

        var actions = new ActionStore(other, new FirstGeneration(other));
        var all = (await actions.ListAsync(server, new ActionQuery(9), Token)).Select(old => old.Id).ToList();
        Assert.Equal((all.Count, 1), await Store(other).RemoveAsync(all, [server], Token));
        Assert.Equal(404, await StatusAsync(cloud, action, version: "2.21"));
    }

    [Fact]
    public async Task An_answer_that_was_read_before_a_removal_and_kept_after_it_is_not_used()
    {
        var server = Guid.NewGuid();
        await LongHistory.AddServerAsync(other, server, TimeProvider.System.GetUtcNow().UtcDateTime);
        await LongHistory.AddActionsAsync(other, server, 1, 1, TimeProvider.System.GetUtcNow().UtcDateTime);
        var store = new ActionStore(other, new FirstGeneration(other));
        var (subject, action) = await store.FindWithSubjectAsync(server, "req-1", Token);
        Assert.Equal(subject, await store.FindUnchangedAsync(subject!, Token));

        using var removing = new PostgresDatabase(connection);
        await Store(removing).RemoveAsync([action!.Action.Id], [server], Token);

        Assert.Null(await store.FindUnchangedAsync(subject!, Token));
    }

    [Fact]
    public async Task Nodes_that_trim_at_once_remove_each_action_once_and_nothing_else()
    {
        var ended = TimeProvider.System.GetUtcNow().UtcDateTime;
        foreach (var index in Enumerable.Range(0, 30))
        {
            var server = Guid.NewGuid();
            await LongHistory.AddServerAsync(other, server, ended, deleted: index % 3 == 0);
            await LongHistory.AddActionsAsync(other, server, 1, 20, ended);
        }
        var limits = new RetentionLimits { MaxCount = 5 };

        var removed = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => TrimAsync(limits))));

        Assert.Equal((30 * 15, 0), (removed.Sum(node => node.Actions), removed.Sum(node => node.Servers)));
        Assert.Equal(30 * 5, await LongHistory.CountAsync(other, "records"));
        await LongHistory.AssertWholeAsync(other);
    }

    [Fact]
    public async Task Nodes_that_drop_old_answers_at_once_drop_each_once()
    {
        var nodes = Enumerable.Range(0, 3).Select(_ => new KeptAnswers(
            new PostgresDatabase(connection),
            Options.Create(new IdempotencyOptions { Lifetime = TimeSpan.FromTicks(10) }), TimeProvider.System))
                .ToList();
        foreach (var number in Enumerable.Range(0, 60))
            await nodes[0].KeepAsync(
                other, new Keeping(new IdempotencyKey("u", "p", $"{number}", "hash"), new Answer("req", 202)));

        var dropped = await Task.WhenAll(nodes.Select(node => Task.Run(() => node.TrimAsync(100, Token))));

        Assert.Equal(60, dropped.Sum());
        Assert.Equal(0, await LongHistory.CountAsync(other, "kept_answers"));
    }

    [Fact]
    public async Task A_record_that_nodes_with_slightly_different_clocks_write_never_goes_back_in_time()
    {
        var (server, ahead) = (Guid.NewGuid(), TimeProvider.System.GetUtcNow().UtcDateTime);
        await LongHistory.AddServerAsync(other, server, ahead);
        await LongHistory.AddRunningAsync(other, server, "req-1", ahead);
        var store = new ActionStore(other, new FirstGeneration(other));
        await other.WriteAsync(async db =>
        {
            var found = (await store.FindAsync(db, server, "req-1"))!;
            found = found with { Events = [new EventRecord { Event = "step", Attempt = 1, StartTime = ahead }] };
            await ActionStore.EndAsync(db, found.Supersede("delete", ahead - TimeSpan.FromMilliseconds(3)));
            return 0;
        }, Token);

        var found = (await store.FindAsync(server, "req-1", Token))!;
        Assert.True(found.Events[0].FinishTime >= found.Events[0].StartTime);
        Assert.True(
            found.Action.FinishTime >= found.Action.StartTime && found.Action.UpdatedAt == found.Action.FinishTime);
    }

    private async Task<(int Actions, int Servers)> TrimAsync(RetentionLimits limits)
    {
        using var database = new PostgresDatabase(connection);
        var options = new RetentionOptions { Living = limits, Deleted = limits, BatchSize = 7, Pause = TimeSpan.Zero };
        var answers = new KeptAnswers(database, Options.Create(new IdempotencyOptions()), TimeProvider.System);
        return await new Retention(Store(database), new FirstGeneration(database), answers, Options.Create(options),
            TimeProvider.System, NullLogger<Retention>.Instance)
            .TrimAsync(Token);
    }

    private static async Task<int> StatusAsync(
        Cloud cloud, ActionRecord action, string root = "/v2.1", string version = "2.1")
    {
        using var answer = await cloud.Demo.GetAsync(
            $"{root}/servers/{action.ServerId}/os-instance-actions/{action.RequestId}",
            ("OpenStack-API-Version", $"compute {version}"));
        return (int)answer.StatusCode;
    }
}
