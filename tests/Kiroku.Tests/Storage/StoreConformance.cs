using Dapper;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Kiroku.Tests.Telemetry;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Storage;

/// <summary>The behaviour that all stores share. Each kind of store runs these tests.</summary>
public abstract partial class StoreConformance : IDisposable
{
    private const string Request = "req-00000000-0000-4000-8000-00000000000";
    private protected static readonly DateTime Now = new(2016, 11, 30, 1, 14, 52, 123, 456, DateTimeKind.Utc);
    private IDatabase? database;

    private protected abstract IDatabase Open();

    /// <summary>Goes on with the same store in another process, as it were.</summary>
    private void Reopen()
    {
        (database as IDisposable)?.Dispose();
        database = null;
    }

    public abstract void Dispose();

    private protected IDatabase Database
    {
        get
        {
            if (database is null)
                (database = Open()).Migrate();
            return database;
        }
    }

    private OwnMembership Membership => new("127.0.0.1:1@1", isAlone: !Database.IsShared);

    private static Keeping NotKept => new(null, new Answer("", 202));

    private protected ServerStore Servers => new(
        Database,
        Membership,
        new KeptAnswers(Database, Options.Create(new IdempotencyOptions()), TimeProvider.System),
        new FinishedRecords(Options.Create(new ActionsOptions())),
        Actions,
        new EndedActions(new ActionMeters(TestMeters.Factory)));

    private protected ActionStore Actions => new(Database, new FirstGeneration(Database));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Migrating_twice_is_migrating_once()
    {
        Database.Migrate();
        Database.Migrate();
    }

    [Fact]
    public async Task A_store_that_only_a_newer_service_can_use_is_refused()
    {
        foreach (var statement in NoteNewerMigration)
            await Database.WriteAsync(db => db.ExecuteAsync(statement), Token);
        Assert.Contains("newer", Assert.Throws<StorageException>(Database.Migrate).Message, StringComparison.Ordinal);
    }

    /// <summary>A text as it is read back.</summary>
    private protected virtual string Kept(string text) => text;

    /// <summary>Statements that record a future migration which this version cannot work with.</summary>
    private protected abstract string[] NoteNewerMigration { get; }

    [Fact]
    public async Task A_write_that_fails_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Database.WriteAsync<int>(async db =>
        {
            await AddFlavorAsync(db, "f1");
            throw new InvalidOperationException();
        }, Token));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Writes_that_wait_together_succeed_or_fail_separately()
    {
        var writes = Enumerable.Range(0, 50).Select(number => Database.WriteAsync(async db =>
        {
            await AddFlavorAsync(db, $"f{number}");
            return number % 2 == 0 ? number : throw new InvalidOperationException();
        }, Token)).ToList();
        await Task.WhenAll(writes).ContinueWith(_ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.All(writes.Index(), write => Assert.Equal(write.Index % 2 == 0, write.Item.IsCompletedSuccessfully));
        Assert.Equal(25, await CountAsync());
    }

    [Fact]
    public async Task Fifty_writers_at_once_lose_nothing()
    {
        await Database.WriteAsync(db => AddFlavorAsync(db, "f"), Token);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE flavors SET vcpus = vcpus + 1 WHERE id = 'f'"), Token), Token)));
        Assert.Equal(51,
            await Database.ReadAsync(
                db => db.ExecuteScalarAsync<int>("SELECT vcpus FROM flavors WHERE id = 'f'"), Token));
    }

    [Fact]
    public async Task A_read_cannot_write()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Database.ReadAsync(db => AddFlavorAsync(db, "f"), Token));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_server_and_its_times_come_back_as_they_were()
    {
        var server = await AddServerAsync();
        var found = (await Servers.FindAsync(server.Id, Token))!;
        Assert.Equal((server.CreatedAt, server.UpdatedAt, DateTimeKind.Utc),
            (found.CreatedAt, found.UpdatedAt, found.CreatedAt.Kind));
        Assert.Equal(server.Labels.Tags, found.Labels.Tags);
        Assert.Equal(server.Metadata, found.Metadata);
        Assert.Equivalent(server.Flavor, found.Flavor, strict: true);
        Assert.Equal(
            server with
            {
                Addresses = found.Addresses,
                Flavor = found.Flavor,
                Labels = found.Labels,
                Metadata = found.Metadata,
                TaskState = found.TaskState,
            }, found);
    }

    [Fact]
    public async Task Of_two_that_begin_an_action_on_the_same_server_one_wins()
    {
        var server = await EndCreationAsync(await AddServerAsync());
        var begun = await Task.WhenAll(Enumerable.Range(1, 2).Select(number
            => Servers.BeginActionAsync(
                server, Accept(server with { TaskState = $"task {number}" }, number, ActionNames.Stop), Token)));
        var winner = Assert.Single(begun, outcome => outcome is not null)!.Value.Item1;
        var stored = (await Servers.FindAsync(server.Id, Token))!;
        Assert.Equal((winner.RunningAction, winner.Epoch, winner.TaskState),
            (stored.RunningAction, stored.Epoch, stored.TaskState));
        Assert.Equal(2, (await Actions.ListAsync(server.Id, new ActionQuery(10), Token)).Count);
    }

    [Fact]
    public async Task A_fence_that_was_overtaken_writes_nothing()
    {
        var server = await AddServerAsync();
        var running = (await Actions.ListAsync(server.Id, new ActionQuery(1), Token)).Single();
        var taken = await Servers.TakeUpActionAsync(server.Id, Now, Token);
        var late = new Fence(server.Id, server.RunningAction!, server.Epoch);

        await Assert.ThrowsAsync<FencedException>(
            () => Actions.SaveAsync(late, With(running, Event("step")), "busy", Token));
        await Assert.ThrowsAsync<FencedException>(
            () => Servers.SaveAsync(late, server with { VmState = VmStates.Active }, known: null, Token));
        await Assert.ThrowsAsync<FencedException>(
            () => Servers.EndActionAsync(server, known: null, With(running).End(Outcomes.Succeeded, Now), Token));

        var found = (await Servers.FindAsync(server.Id, Token))!;
        Assert.Equal((VmStates.Building, taken!.Value.Item1.Epoch), (found.VmState, found.Epoch));
        Assert.Empty((await Actions.FindAsync(server.Id, running.RequestId, Token))!.Events);
    }

    [Fact]
    public async Task A_fence_of_rest_holds_until_an_action_begins_and_not_after_its_end()
    {
        var resting = await EndCreationAsync(await AddServerAsync());
        await Servers.RequireAsync(resting.Fence, Token);
        await Servers.SavePowerStateAsync(resting.Fence, (int)MachineState.Paused, Now.AddSeconds(1), Token);
        Assert.Equal(MachineState.Paused, (await Servers.FindAsync(resting.Id, Token))!.PowerState);

        var (begun, action) = (await Servers.BeginActionAsync(
            resting, Accept(resting, 2, ActionNames.Stop), Token))!.Value;
        await Assert.ThrowsAsync<FencedException>(() => Servers.RequireAsync(resting.Fence, Token));
        await Servers.RequireAsync(begun.Fence, Token);
        await Servers.EndActionAsync(
            begun, known: null, With(action).End(Outcomes.Succeeded, Now.AddSeconds(3)), Token);

        await Assert.ThrowsAsync<FencedException>(() => Servers.RequireAsync(resting.Fence, Token));
        var ended = (await Servers.FindAsync(resting.Id, Token))!;
        await Servers.SavePowerStateAsync(resting.Fence, (int)MachineState.Crashed, Now.AddSeconds(4), Token);
        await Servers.SaveAddressesAsync(resting with { Addresses = [] }, Now.AddSeconds(4), Token);
        var found = (await Servers.FindAsync(resting.Id, Token))!;
        Assert.Equal((ended.PowerState, ended.UpdatedAt), (found.PowerState, found.UpdatedAt));
        await Servers.RequireAsync(found.Fence, Token);
    }

    [Fact]
    public async Task An_overtaken_action_ends_with_its_open_event()
    {
        var (server, running) = await WithOpenEventAsync();
        await Servers.BeginActionAsync(server, Accept(server, 2, ActionNames.Delete), Token);
        var old = (await Actions.FindAsync(server.Id, running.RequestId, Token))!;
        Assert.Equal((Outcomes.Superseded, "Error", Now.AddSeconds(2)),
            (old.Action.Outcome, old.Action.Message, old.Action.FinishTime));
        var closed = Assert.Single(old.Events);
        Assert.Equal(
            ("Error", "superseded by delete", Now.AddSeconds(2)), (closed.Result, closed.Details, closed.FinishTime));
    }

    [Fact]
    public async Task An_action_that_ends_leaves_no_event_open()
    {
        var (server, running) = await WithOpenEventAsync();
        var open = With(running, Event("step"));
        await Servers.EndActionAsync(server, known: null, open.End(Outcomes.Failed, Now.AddSeconds(2)), Token);
        var ended = (await Actions.FindAsync(server.Id, running.RequestId, Token))!;
        Assert.True(RecordedAction.IsInterrupted(Assert.Single(ended.Events)));
        Assert.Equal((Now.AddSeconds(2), Now.AddSeconds(2)), (ended.Events[0].FinishTime, ended.Action.FinishTime));
    }

    [Fact]
    public async Task An_end_whose_answer_was_lost_may_be_written_again()
    {
        var (server, running) = await WithRunningActionAsync();
        var ended = With(running).End(Outcomes.Succeeded, Now.AddSeconds(2));
        await Servers.EndActionAsync(server, known: null, ended, Token);
        await Servers.EndActionAsync(server, known: null, ended, Token);
        await Assert.ThrowsAsync<FencedException>(
            () => Servers.EndActionAsync(
                server, known: null, With(running).End(Outcomes.Failed, Now.AddSeconds(2)), Token));
    }

    [Fact]
    public async Task An_action_that_is_taken_up_closes_its_open_event_as_interrupted()
    {
        var (server, running) = await WithOpenEventAsync();
        var taken = (await Servers.TakeUpActionAsync(server.Id, Now.AddSeconds(9), Token))!.Value.Item2;
        Assert.True(RecordedAction.IsInterrupted(Assert.Single(taken.Events)));
        Assert.Equal((Now.AddSeconds(9), Now.AddSeconds(9)), (taken.Events[0].FinishTime, taken.Action.UpdatedAt));
        Assert.Equal((Outcomes.Running, null, running.RequestId),
            (taken.Action.Outcome, taken.Action.FinishTime, taken.Action.RequestId));
    }

    [Fact]
    public async Task An_action_that_rested_is_taken_up_with_its_open_event()
    {
        var (server, running) = await WithOpenEventAsync();
        await Actions.RestAsync(server.Fence, running.Id, Token);
        var taken = (await Servers.TakeUpActionAsync(server.Id, Now.AddSeconds(9), Token))!.Value.Item2;
        Assert.Null(Assert.Single(taken.Events).FinishTime);
        Assert.False(taken.Action.Resting);
    }

    [Fact]
    public async Task Pages_of_actions_are_newest_first_and_lie_side_by_side()
    {
        var server = await EndCreationAsync(await AddServerAsync());
        for (var number = 1; number <= 5; number++)
        {
            var (begun, action) = (await Servers.BeginActionAsync(
                server, Accept(server, number, ActionNames.Stop), Token))!.Value;
            await Servers.EndActionAsync(
                begun, known: null, With(action).End(Outcomes.Succeeded, Now.AddSeconds(number)), Token);
            server = (await Servers.FindAsync(server.Id, Token))!;
        }
        var all = await Actions.ListAsync(server.Id, new ActionQuery(100), Token);
        Assert.Equal([$"{Request}5", $"{Request}4", $"{Request}3", $"{Request}2", $"{Request}1", $"{Request}0"],
            all.Select(action => action.RequestId));
        Assert.Equal(
            all.Skip(2).Take(2), await Actions.ListAsync(server.Id, new ActionQuery(2, all[1].RequestId), Token));
        Assert.Empty(await Actions.ListAsync(server.Id, new ActionQuery(2, all[^1].RequestId), Token));
        Assert.Equal([all[1]],
            await Actions.ListAsync(server.Id, new ActionQuery(9, null, Now.AddSeconds(4), Now.AddSeconds(4)), Token));
        await Assert.ThrowsAsync<UnknownMarkerException>(
            () => Actions.ListAsync(server.Id, new ActionQuery(2, "req-none"), Token));
    }

    [Fact]
    public async Task An_attempt_that_is_begun_again_is_one_event()
    {
        var (server, running) = await WithOpenEventAsync();
        await Actions.SaveAsync(server.Fence, With(running, Event("step")), "busy", Token);
        await Actions.SaveAsync(
            server.Fence, With(running, Event("step"), Event("step") with { Attempt = 2 }), "busy", Token);
        var events = (await Actions.FindAsync(server.Id, running.RequestId, Token))!.Events;
        Assert.Equal([2, 1], events.Select(e => e.Attempt));
    }

    [Fact]
    public async Task Events_are_newest_first_even_of_one_moment()
    {
        var (server, running) = await WithOpenEventAsync();
        var second = Event("second") with { FinishTime = Now, Result = "Success", Traceback = "é\n\0😀" };
        await Actions.SaveAsync(server.Fence, With(running, Event("step"), second), null, Token);
        var events = (await Actions.FindAsync(server.Id, running.RequestId, Token))!.Events;
        Assert.Equal(["second", "step"], events.Select(e => e.Event));
        Assert.Equal("é\n\0😀", events[0].Traceback);
    }

    private protected async Task<(Server, ActionRecord)> WithRunningActionAsync()
    {
        var server = await AddServerAsync();
        return (server, (await Actions.ListAsync(server.Id, new ActionQuery(1), Token)).Single());
    }

    private async Task<(Server, ActionRecord)> WithOpenEventAsync()
    {
        var (server, running) = await WithRunningActionAsync();
        await Actions.SaveAsync(server.Fence, With(running, Event("step")), "busy", Token);
        return ((await Servers.FindAsync(server.Id, Token))!, running);
    }

    private async Task<Server> AddServerAsync(ServerFlavor? flavor = null)
    {
        var server = new Server
        {
            Id = Guid.NewGuid(),
            Name = "vm 日本",
            ProjectId = "p",
            UserId = "u",
            ImageId = "i",
            Flavor = flavor ?? new ServerFlavor("42", "m1.nano", 1, 128, 1),
            Metadata = new Dictionary<string, string> { ["a"] = "b" },
            Labels = new ServerLabels { Tags = ["x"], PinnedZone = "nova" },
            VmState = VmStates.Building,
            RunningAction = $"{Request}0",
            CreatedAt = Now,
            UpdatedAt = Now.AddMicroseconds(1),
        };
        await Servers.InsertAsync(
            [(server, Begin(server, 0, ActionNames.Create))], NotKept, _ => Task.CompletedTask, Token);
        return server;
    }

    private async Task<Server> EndCreationAsync(Server server)
    {
        var create = (await Actions.ListAsync(server.Id, new ActionQuery(1), Token)).Single();
        await Servers.EndActionAsync(
            server with { VmState = VmStates.Active }, known: null, With(create).End(Outcomes.Succeeded, Now), Token);
        return (await Servers.FindAsync(server.Id, Token))!;
    }

    private static Acceptance Accept(
        Server server, int number, string action) => new(server, Begin(server, number, action), NotKept, null)
        {
            GiveUp = (_, _) => Task.CompletedTask,
        };

    private static ActionRecord Begin(Server server, int number, string action) => new()
    {
        ServerId = server.Id,
        RequestId = $"{Request}{number}",
        Action = action,
        StartTime = Now,
        UpdatedAt = Now.AddSeconds(number),
        Outcome = Outcomes.Running,
    };

    private protected static EventRecord Event(string name) => new() { Event = name, Attempt = 1, StartTime = Now };

    /// <summary>The action with these attempts, oldest first.</summary>
    private protected static RecordedAction With(ActionRecord action, params EventRecord[] events)
        => new(action, [.. events.Reverse()]);

    private static Task<int> AddFlavorAsync(System.Data.Common.DbConnection db, string id)
        => db.ExecuteAsync(
            "INSERT INTO flavors (id, name, vcpus, memory_mib, disk_gib) VALUES (@id, @id, 1, 1, 1)", new { id });

    private Task<int> CountAsync()
        => Database.ReadAsync(
            db => db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM flavors WHERE id LIKE 'f%'"), Token);
}
