using System.Text;
using System.Text.Json;
using Kiroku.Actions;

namespace Kiroku.Tests.Actions;

public sealed class AttemptListTests
{
    private static readonly DateTime Began = new(2026, 11, 30, 1, 14, 52, 123, 456, DateTimeKind.Utc);

    private static readonly Changes Moved = new(
        new() { Flavor = new("42", "m1.nano"), Host = "a", Disk = 1 },
        new() { Flavor = new("84", "m1.micro"), Host = "b", Disk = 2, FormerDisk = 1 });

    /// <summary>An attempt without a reason in an action without anything to tell takes no byte for that.</summary>
    [Theory]
    [InlineData("compute_stop_instance", """[["",1000000,2000000,"S","a"]]""")]
    [InlineData("compute_start_instance", """[["compute_start_instance",1000000,2000000,"S","a"]]""")]
    [InlineData("stop", """[["stop",1000000,2000000,"S","a"]]""")]
    public void An_attempt_names_its_event_unless_the_action_does(string name, string column)
    {
        var recorded = Stop(Attempt(name));
        Assert.Equal(column, AttemptList.Write(recorded));
        Assert.Equal(recorded.Events, AttemptList.Read(column, recorded.Action).Events);
    }

    [Fact]
    public void A_row_that_names_every_event_is_read_as_before()
        => Assert.Equal(
            "compute_stop_instance",
            Assert.Single(AttemptList.Read("""[["compute_stop_instance",1,2,"S"]]""", Stop().Action).Events).Event);

    [Fact]
    public void Reasons_changes_and_warnings_are_read_as_they_were_written()
    {
        foreach (var recorded in Told())
        {
            var read = AttemptList.Read(AttemptList.Write(recorded), Stop().Action);
            Assert.Equal(recorded.Events, read.Events);
            Assert.Equal(
                (recorded.Action.Changes, recorded.Action with { Changes = null, Warnings = null }),
                (read.Action.Changes, read.Action with { Changes = null, Warnings = null }));
            Assert.Equal(recorded.Action.Warnings, read.Action.Warnings);
        }
    }

    [Fact]
    public void Each_takes_few_bytes()
    {
        var (attempt, empty) = (Attempt("compute_stop_instance"), AttemptList.Write(Stop()).Length);
        Assert.Equal(2, empty);
        Assert.Equal(
            """[["",1000000,2000000,"S","a"],{"r":["guest-forced-off"],"w":[{"c":"guest-forced-off","a":0}]}]""",
            AttemptList.Write(With(
                null, [new Warning("guest-forced-off", attempt.Event, 1)],
                attempt with { ReasonCode = ReasonCodes.GuestForcedOff })));
        Assert.Equal(
            """
            [{"b":{"f":{"i":"42","n":"m1.nano"},"h":"a","d":1},
            "a":{"f":{"i":"84","n":"m1.micro"},"h":"b","d":2,"o":1}}]
            """.ReplaceLineEndings(""),
            AttemptList.Write(With(Moved, null)));
        Assert.Equal("""[{"b":{}}]""", AttemptList.Write(With(Changes.OfNewServer, null)));
        Assert.Equal(
            """[{"a":{"h":"b"}}]""",
            AttemptList.Write(With(new Changes(Traits.None, new() { Host = "b" }), null)));
    }

    /// <summary>While nodes are replaced, the version before takes up actions that this one began.</summary>
    [Fact]
    public void The_version_before_reads_the_attempts_and_leaves_the_rest_out_of_what_it_writes()
    {
        foreach (var recorded in Told())
            Assert.Equal(
                recorded.Events.Reverse().Select(attempt => (attempt.Event, attempt.Result, attempt.Traceback)),
                ReadAsBefore(AttemptList.Write(recorded)));
        var unknown = AttemptList.Read("""[["",1,2,"E"]]""", Stop().Action);
        Assert.Equal(
            (null, null, null),
            (Assert.Single(unknown.Events).ReasonCode, unknown.Action.Changes, unknown.Action.Warnings));
    }

    [Fact]
    public void What_only_the_next_version_knows_is_passed_over_and_its_words_are_kept()
    {
        var read = AttemptList.Read(
            """
            [["",1,2,"E"],["",3,4,"S"],{"r":["of-the-future"],"x":[{}],"a":{"h":"b","q":{"r":[]}},
             "w":[{"c":"new","a":7},{"c":"newer","a":1,"z":0}]}]
            """, Stop().Action);
        Assert.Equal([null, "of-the-future"], read.Events.Select(attempt => attempt.ReasonCode));
        Assert.Equal(new Changes(Traits.None, new() { Host = "b" }), read.Action.Changes);
        Assert.Equal(
            [new Warning("new"), new Warning("newer", "compute_stop_instance", 2)], read.Action.Warnings);
        Assert.Equal(
            """[["",1,2,"E"],["",3,4,"S"],{"r":["of-the-future"],"a":{"h":"b"},"w":"""
                + """[{"c":"new"},{"c":"newer","a":1}]}]""",
            AttemptList.Write(read));
    }

    /// <summary>Actions with reasons, changes and warnings in all ways.</summary>
    private static IEnumerable<RecordedAction> Told()
    {
        var (stop, other) = (Attempt("compute_stop_instance"), Attempt("other"));
        EventRecord[] failed = [.. Enumerable.Range(1, 3).Select(number => stop with
        {
            Attempt = number,
            Result = EventResults.Error,
            ReasonCode = number == 2 ? null : ReasonCodes.TimedOut,
            Details = "It ended.",
            Traceback = "at \"all\"\n",
        })];
        yield return With(Moved, null);
        yield return With(Changes.OfNewServer, null, stop);
        yield return With(new Changes(Traits.None, Traits.None), null, stop);
        yield return With(null, [new Warning("a"), new Warning("b", "other", 1)], [.. failed, other]);
        yield return With(Moved, [new Warning("c", "compute_stop_instance", 3)], [.. failed, other]);
        yield return With(null, null, [other, .. failed[..2]]);
        yield return With(
            new Changes(new() { Name = "é\0\"😀" }, new() { Name = new string('x', 255), Description = "" }),
            null, stop);
    }

    /// <summary>How the version before reads the column.</summary>
    private static List<(string, string?, string?)> ReadAsBefore(string column)
    {
        var found = new List<(string, string?, string?)>();
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(column));
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            var parts = JsonSerializer.Deserialize<JsonElement[]>(ref json)!;
            var name = parts[0].GetString()!;
            found.Add((
                name.Length > 0 ? name : "compute_stop_instance", parts[3].GetString() == "S" ? "Success" : "Error",
                parts.Length > 6 ? parts[6].GetString() : null));
        }
        return found;
    }

    private static EventRecord Attempt(string name) => new()
    {
        Event = name,
        Attempt = 1,
        StartTime = Began.AddSeconds(1),
        FinishTime = Began.AddSeconds(3),
        Result = EventResults.Success,
        Host = "a",
    };

    /// <summary>A stop with these attempts, oldest first.</summary>
    private static RecordedAction Stop(params EventRecord[] attempts) => new(
        new ActionRecord
        {
            ServerId = Guid.Empty,
            RequestId = "req-1",
            Action = ActionNames.Stop,
            StartTime = Began,
            UpdatedAt = Began,
            Outcome = Outcomes.Running,
        },
        [.. attempts.Reverse()]);

    private static RecordedAction With(
        Changes? changes, IReadOnlyList<Warning>? warnings, params EventRecord[] attempts)
        => Stop(attempts) is var stop
            ? stop with { Action = stop.Action with { Changes = changes, Warnings = warnings } } : stop;
}
