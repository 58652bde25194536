using Kiroku.Actions;
using Kiroku.Actions.Live;
using Kiroku.Servers.State;
using Kiroku.Tests.Actions;

namespace Kiroku.Tests.Storage;

/// <summary>What rows of the record hold beside attempts: reasons, changes, warnings.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Reasons_changes_and_warnings_are_read_wherever_an_action_is_read_with_its_attempts()
    {
        var (server, running) = await WithRunningActionAsync();
        var begun = running with { Changes = Changes.OfNewServer };
        await Actions.SaveAsync(server.Fence, With(begun, Event("step")), "busy", Token);
        var taken = (await Servers.TakeUpActionAsync(server.Id, Now.AddSeconds(1), Token))!.Value;
        Assert.Equal((Changes.OfNewServer, ReasonCodes.Interrupted),
            (taken.Item2.Action.Changes, Assert.Single(taken.Item2.Events).ReasonCode));
        var placed = taken.Item1 with { Host = "h", VmState = VmStates.Active };
        var warned = taken.Item2 with
        {
            Action = taken.Item2.Action with { Warnings = [new Warning(WarningCodes.NotUndone, "step", 1)] },
        };

        await Servers.EndActionAsync(
            placed, known: null,
            warned.End(Outcomes.Succeeded, Now.AddSeconds(2), ServerTraits.Left(warned.Action, placed)), Token);

        var changes = new Changes(
            Traits.None, new() { Flavor = new("42", "m1.nano"), Image = "i", Host = "h" });
        var live = new LiveRecord(Database, new FirstGeneration(Database), new RecordedServers());
        foreach (var read in new[]
        {
            (await Actions.FindAsync(server.Id, running.RequestId, Token))!,
            (await Actions.FindWithSubjectAsync(server.Id, running.RequestId, Token)).Action!,
            Assert.Single((await Feed.ReadAsync(null, 10, Token)).Entries).Recorded,
            (await live.FindAsync(server.Id, running.RequestId, Token)).Action!.Recorded,
            Assert.Single((await live.ListAsync(new LiveQuery(10), Token)).Actions).Recorded,
        })
        {
            Assert.Equal(changes, read.Action.Changes);
            Assert.Equal([new Warning(WarningCodes.NotUndone, "step", 1)], read.Action.Warnings);
            Assert.Equal(ReasonCodes.Interrupted, Assert.Single(read.Events).ReasonCode);
        }
    }

    [Fact]
    public async Task An_overtaken_action_keeps_what_it_changed_until_then()
    {
        var (server, running) = await WithRunningActionAsync();
        await Actions.SaveAsync(
            server.Fence, With(running with { Changes = Changes.OfNewServer }, Event("step")), "busy", Token);
        var seen = (await Servers.FindAsync(server.Id, Token))!;
        await Servers.BeginActionAsync(seen, Accept(seen, 2, ActionNames.Delete), Token);
        var old = (await Actions.FindAsync(server.Id, running.RequestId, Token))!;
        Assert.Equal(
            (new Changes(Traits.None, new() { Flavor = new("42", "m1.nano"), Image = "i" }), ReasonCodes.Superseded),
            (old.Action.Changes, Assert.Single(old.Events).ReasonCode));
    }

    [Fact]
    public async Task An_accepted_action_keeps_what_was_before_it()
    {
        var server = await EndCreationAsync(await AddServerAsync());
        var renamed = server with { Name = "new", ImageId = "j" };
        var accepted = Accept(renamed, 2, ActionNames.Rebuild);
        await Servers.BeginActionAsync(
            server, accepted with
            {
                Action = accepted.Action with { Changes = ServerTraits.Begin(server, renamed) },
            }, Token);
        var (taken, action) = (await Servers.TakeUpActionAsync(server.Id, Now.AddSeconds(3), Token))!.Value;
        Assert.Equal(
            new Changes(
                new() { Name = "vm 日本", Flavor = new("42", "m1.nano"), Image = "i" }, new() { Name = "new" }),
            action.Action.Changes);
        Assert.Equal(
            new Changes(new() { Name = "vm 日本", Image = "i" }, new() { Name = "new", Image = "j" }),
            action.Action.Changes!.Settle(ServerTraits.Left(action.Action, taken)!));
    }

    [Fact]
    public async Task Rows_with_all_that_are_trimmed_like_others()
    {
        var (server, running) = await WithRunningActionAsync();
        await Servers.EndActionAsync(
            server with { VmState = VmStates.Active }, known: null,
            With(running with { Changes = Changes.OfNewServer }).End(
                Outcomes.Succeeded, Now.AddSeconds(2), new Traits { Host = "h" }), Token);
        var store = new RetentionStore(Database, NoRecords(), new RecordedServers());
        Assert.Equal((1, 0), await store.RemoveAsync([running.Id], [server.Id], Token));
        Assert.Equal("", await LongHistory.LeftAsync(Database, server.Id));
    }

    private static FinishedRecords NoRecords()
        => new(Microsoft.Extensions.Options.Options.Create(new ActionsOptions()));
}
