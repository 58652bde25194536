using System.Text.Json.Nodes;

namespace Kiroku.SystemTests.Service;

/// <summary>One of the examples that specify the records, and the checks that it implies for our records.</summary>
internal sealed class SeedRecord
{
    private const string Stop = "compute_stop_instance";

    private readonly JsonObject example;

    private SeedRecord(JsonObject example) => this.example = example;

    public static SeedRecord Of(string action)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Seed", $"{action}.json");
        return new SeedRecord(JsonNode.Parse(File.ReadAllText(file))!.AsObject());
    }

    /// <summary>Checks that a record has the example's keys, events, order and nesting, and that every step
    /// succeeded.</summary>
    /// <param name="answer">The whole answer.</param>
    /// <param name="wasStopped">Whether the server was stopped, as in the examples that end with a stop inside the
    /// last step.</param>
    /// <param name="leftOut">A key of events that this version leaves out.</param>
    public void Check(JsonObject answer, bool wasStopped, string? leftOut = null)
    {
        var (expected, actual) = (example["instanceAction"]!.AsObject(), answer["instanceAction"]!.AsObject());
        Assert.Equal(Keys(example), Keys(answer));
        Assert.Equal(Keys(expected), Keys(actual));
        Assert.Equal((string)expected["action"]!, (string)actual["action"]!);
        Assert.Null(actual["message"]);
        var steps = expected["events"]!.AsArray().Select(item => item!.AsObject()).ToList();
        var isNested = steps.Count > 1 && (string)steps[0]["event"]! == Stop;
        if (isNested && !wasStopped) steps.RemoveAt(0);
        var events = actual["events"]!.AsArray().Select(item => item!.AsObject()).ToList();
        Assert.Equal(steps.Select(item => (string)item["event"]!), events.Select(item => (string)item["event"]!));
        Assert.All(events, item => Assert.Equal(Keys(steps[0]).Where(key => key != leftOut), Keys(item)));
        Assert.All(events, item => Assert.Equal("Success", (string)item["result"]!));
        Assert.All(events, item => Assert.Null(item["traceback"]));
        CheckTimes(
            RecordedEvent.Time((string)actual["start_time"]!), new Recorded(actual).Events, isNested && wasStopped);
    }

    /// <summary>Checks that the steps follow one another, or that the last one lies inside the one before
    /// it.</summary>
    private static void CheckTimes(DateTime start, IReadOnlyList<RecordedEvent> events, bool isNested)
    {
        Assert.All(events, item => Assert.True(item.Start >= start && item.Finish >= item.Start, item.ToString()));
        foreach (var (earlier, later) in events.Zip(events.Skip(1)))
        {
            if (isNested && later == events[^1])
                Assert.True(
                    later.Start > earlier.Start && later.Finish <= earlier.Finish, $"{later} is not inside {earlier}");
            else
                Assert.True(later.Start >= earlier.Finish, $"{later} does not follow {earlier}");
        }
    }

    private static IEnumerable<string> Keys(JsonObject json)
        => json.Select(pair => pair.Key).Order(StringComparer.Ordinal);
}
