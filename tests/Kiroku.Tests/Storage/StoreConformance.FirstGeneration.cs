using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.Tests.Storage;

/// <summary>Rows that an earlier version wrote.</summary>
public abstract partial class StoreConformance
{
    private const string Owner = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task An_earlier_action_reads_the_same_before_and_after_it_has_moved()
    {
        var server = await AddHistoryAsync(0);
        var written = Shapes(server);
        foreach (var earlier in written)
            await AddEarlierAsync(earlier);
        var (generation, store) = await LookedAtAsync();
        var before = await ReadAllAsync(store, server);
        Assert.Equivalent(written, before.Found, strict: true);
        Assert.Equal(written.Select(earlier => Listed(earlier.Action)).Reverse(), before.Listed);

        while (await generation.MoveAsync(2, Token) > 0)
            Assert.Equivalent(before, await ReadAllAsync(store, server), strict: true);

        await generation.CheckAsync(Token);
        Assert.False(generation.IsPresent);
        Assert.Equivalent(before, await ReadAllAsync(store, server), strict: true);
    }

    [Fact]
    public async Task Pages_lie_side_by_side_while_actions_move()
    {
        var server = await AddHistoryAsync(0);
        var ids = Shapes(server).Select(earlier => earlier.Action.RequestId).Reverse().ToList();
        foreach (var earlier in Shapes(server))
            await AddEarlierAsync(earlier);
        var (generation, store) = await LookedAtAsync();
        do
        {
            var paged = new List<string>();
            while (await store.ListAsync(server, new ActionQuery(2, paged.LastOrDefault()), Token)
                is { Count: > 0 } page)
                paged.AddRange(page.Select(action => action.RequestId));
            Assert.Equal(ids, paged);
        }
        while (await generation.MoveAsync(1, Token) > 0);
    }

    [Fact]
    public async Task Pages_lie_side_by_side_when_the_running_action_has_moved()
    {
        var server = await AddHistoryAsync(0);
        // A lock, say, is accepted while another action runs.
        List<RecordedAction> written = [.. Shapes(server), Shape(server, 9, Outcomes.Succeeded, Now)];
        foreach (var earlier in written)
            await AddEarlierAsync(earlier);
        await Database.WriteAsync(connection => connection.ExecuteAsync(
            "UPDATE servers SET running_action = @running WHERE id = @server",
            new { server, running = $"{Request}8" }), Token);
        var (generation, store) = await LookedAtAsync();
        await generation.MoveRunningAsync(new RecordedServers(), Token);

        var paged = new List<string>();
        while (await store.ListAsync(server, new ActionQuery(1, paged.LastOrDefault()), Token) is [var action])
            paged.Add(action.RequestId);

        Assert.Equal(written.Select(earlier => earlier.Action.RequestId).Reverse(), paged);
    }

    [Fact]
    public async Task A_further_action_comes_after_the_earlier_ones_whatever_the_clock_says()
    {
        var server = await AddHistoryAsync(0);
        foreach (var earlier in Shapes(server).Take(3))
            await AddEarlierAsync(earlier with
            {
                Action = earlier.Action with { UpdatedAt = Now.AddHours(1), FinishTime = Now.AddHours(1) },
            });
        var (_, store) = await LookedAtAsync();

        var next = await Database.WriteAsync(connection => store.InsertNextAsync(connection, new ActionRecord
        {
            ServerId = server,
            RequestId = $"{Request}9",
            Action = ActionNames.Stop,
            StartTime = Now,
            UpdatedAt = Now,
            Outcome = Outcomes.Running,
        }), Token);

        Assert.Equal(Now.AddHours(1), next.StartTime);
        Assert.Equal($"{Request}9", (await store.ListAsync(server, new ActionQuery(1), Token))[0].RequestId);
    }

    [Fact]
    public async Task An_action_that_ran_in_an_earlier_version_goes_on_in_this_one()
    {
        var server = (await EndCreationAsync(await AddServerAsync())).Id;
        var running = Shapes(server)[^1];
        await AddEarlierAsync(running);
        // As after the migration: the ids of records come after those of earlier actions.
        await Database.WriteAsync(connection => connection.ExecuteAsync(
            "UPDATE records SET id = id + 1000; "
            + "UPDATE servers SET running_action = @RequestId, epoch = 7 WHERE id = @server",
            new { server, running.Action.RequestId }), Token);
        var (generation, _) = await LookedAtAsync();
        using var move = new FirstGenerationMove(
            generation, new RecordedServers(), Database, TimeProvider.System,
            NullLogger<FirstGenerationMove>.Instance);

        await move.StartAsync(Token);

        var (taken, action) = (await Servers.TakeUpActionAsync(server, Now.AddHours(1), Token))!.Value;
        Assert.Equal((8, running.Action.RequestId), (taken.Epoch, action.Action.RequestId));
        Assert.True(RecordedAction.IsInterrupted(action.Events[0]));
        await move.StopAsync(Token);
    }

    /// <summary>Actions of all shapes, oldest first; the last one runs.</summary>
    private static List<RecordedAction> Shapes(Guid server)
    {
        var ended = Now.AddSeconds(3.25);
        var failed = Event("finish_resize") with
        {
            FinishTime = ended,
            Result = EventResults.Error,
            Host = "node-1",
            Details = "No space left on device: „é日本\"\\ 😀",
            Traceback = "at A.B()\r\n   at C<D>\t",
        };
        var succeeded = Event("finish_resize") with
        {
            Attempt = 2,
            StartTime = ended,
            FinishTime = ended,
            Result = EventResults.Success,
            Host = "node-1",
        };
        return
        [
            Shape(server, 0, Outcomes.Succeeded, ended, succeeded with { Attempt = 1 }),
            Shape(server, 1, Outcomes.SucceededAfterRetries, ended, failed, succeeded),
            Shape(server, 2, Outcomes.Failed, ended, failed, failed with { Attempt = 2 }),
            Shape(server, 3, Outcomes.Interrupted, ended),
            Shape(server, 4, Outcomes.Superseded, ended, failed with { Host = null, Traceback = null }),
            WithOwner(Shape(server, 5, Outcomes.Succeeded, ended), null),
            WithOwner(Shape(server, 6, Outcomes.Succeeded, ended), "keystone's user ü"),
            WithOwner(Shape(server, 7, Outcomes.Succeeded, ended), "0123456789ABCDEF0123456789ABCDEF"),
            Shape(server, 8, Outcomes.Running, null, Event("compute_stop_instance") with { Host = "node-2" }),
        ];
    }

    private static RecordedAction Shape(
        Guid server, int number, string outcome, DateTime? ended, params EventRecord[] events)
        => new(
            new ActionRecord
            {
                ServerId = server,
                RequestId = $"{Request}{number}",
                Action = ActionNames.Resize,
                Arguments = ended is null ? """{"a":"b"}""" : null,
                UserId = Owner,
                ProjectId = Owner,
                StartTime = Now,
                UpdatedAt = ended ?? Now,
                FinishTime = ended,
                Outcome = outcome,
                Message = Outcomes.IsError(outcome) ? EventResults.Error : null,
                Failing = outcome == Outcomes.Failed,
            },
            [.. events.Reverse()]);

    private static RecordedAction WithOwner(RecordedAction recorded, string? owner)
        => recorded with { Action = recorded.Action with { UserId = owner, ProjectId = owner } };

    /// <summary>Writes an action as an earlier version did.</summary>
    private Task<int> AddEarlierAsync(RecordedAction recorded) => Database.WriteAsync(async connection =>
    {
        var id = await connection.ExecuteScalarAsync<long>(
            """
            INSERT INTO earlier_actions (server_id, request_id, action, arguments, user_id, project_id, start_time,
                updated_at, finish_time, outcome, message, resting, failing)
            VALUES (@ServerId, @RequestId, @Action, @Arguments, @UserId, @ProjectId, @StartTime, @UpdatedAt,
                @FinishTime, @Outcome, @Message, @Resting, @Failing) RETURNING id
            """, recorded.Action);
        return await connection.ExecuteAsync(
            $"""
            INSERT INTO earlier_action_events (
                action_id, event, attempt, start_time, finish_time, result, host, details, traceback)
            VALUES ({id}, @Event, @Attempt, @StartTime, @FinishTime, @Result, @Host, @Details, @Traceback)
            """, recorded.Events.Reverse());
    }, Token);

    private async Task<(FirstGeneration, ActionStore)> LookedAtAsync()
    {
        var generation = new FirstGeneration(Database);
        await generation.CheckAsync(Token);
        Assert.True(generation.IsPresent);
        return (generation, new ActionStore(Database, generation));
    }

    private static async Task<(List<RecordedAction> Found, List<ActionRecord> Listed)> ReadAllAsync(
        ActionStore store, Guid server)
    {
        var listed = (await store.ListAsync(server, new ActionQuery(100), Token)).ToList();
        var found = new List<RecordedAction>();
        foreach (var action in listed.AsEnumerable().Reverse())
            found.Add(WithoutId((await store.FindAsync(server, action.RequestId, Token))!));
        return (found, listed.ConvertAll(action => Listed(WithoutId(new(action, [])).Action)));
    }

    /// <summary>What Nova's list shows of an action; the rest is not read of rows that have moved.</summary>
    private static ActionRecord Listed(ActionRecord action)
        => action with { Arguments = null, Failing = false, Resting = false, Cancelable = false, Cancelled = null };

    /// <summary>Whose server it is about is told by its server's row before it moves, and by its own after.</summary>
    private static RecordedAction WithoutId(RecordedAction recorded)
        => recorded with { Action = recorded.Action with { Id = 0, OwnerId = null } };
}
