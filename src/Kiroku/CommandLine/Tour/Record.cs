using System.Globalization;
using System.Text.Json.Nodes;

namespace Kiroku.CommandLine.Tour;

/// <summary>An action's record from the API, compared with the one in the API's documentation.</summary>
internal sealed class Record(Answer answer)
{
    private static readonly string[] Keys =
        ["action", "events", "instance_uuid", "message", "project_id", "request_id", "start_time", "user_id"];

    private static readonly string[] EventKeys = ["event", "finish_time", "result", "start_time", "traceback"];

    private readonly JsonObject action = answer.Json["instanceAction"]!.AsObject();

    public string Body => answer.Body;

    public DateTime StartTime => Time(action["start_time"]);

    /// <summary>The events, newest first, as in the record.</summary>
    public IReadOnlyList<Event> Events => field ??= [.. action["events"]!.AsArray().Select(e => new Event(
        (string)e!["event"]!, Time(e["start_time"]), e["finish_time"] is { } finish ? Time(finish) : null,
        (string?)e["result"]))];

    /// <summary>The event in progress; null if there is none.</summary>
    public Event? Open => Events.FirstOrDefault(e => e.Finish is null);

    /// <summary>The time spent in steps. A step inside another is counted once.</summary>
    public TimeSpan InSteps => Events.Where(e => !Events.Any(outer => e.LiesIn(outer)))
        .Aggregate(TimeSpan.Zero, (sum, e) => sum + ((e.Finish ?? e.Start) - e.Start));

    /// <summary>The differences from the expected record; empty if it is right.</summary>
    public IEnumerable<string> Compare(Stage stage, Identifiers ids)
    {
        foreach (var difference in CompareKeys("the record", action, Keys))
            yield return difference;
        foreach (var (key, expected) in new[]
        {
            ("action", stage.Action), ("instance_uuid", ids.Server), ("request_id", ids.Request),
            ("project_id", ids.Project), ("user_id", ids.User), ("message", null),
        })
        {
            if ((string?)action[key] != expected)
                yield return $"expected {key} {expected ?? "null"}, came {action[key]?.ToJsonString() ?? "null"}";
        }
        foreach (var e in action["events"]!.AsArray())
        {
            foreach (var difference in CompareKeys("an event", e!.AsObject(), EventKeys))
                yield return difference;
            if (e["traceback"] is not null)
                yield return $"expected traceback null, came {e["traceback"]}";
        }
        foreach (var difference in CompareEvents(stage.Events))
            yield return difference;
    }

    private IEnumerable<string> CompareEvents(IReadOnlyList<Expected> expected)
    {
        var (wanted, came) = (string.Join(", ", expected.Select(e => e.Name)),
            string.Join(", ", Events.Select(e => e.Name)));
        if (wanted != came)
        {
            yield return $"expected the events {wanted}, came {came}";
            yield break;
        }
        for (var i = 0; i < Events.Count; i++)
        {
            var (e, older) = (Events[i], i + 1 < Events.Count ? Events[i + 1] : null);
            if (e.Result != "Success" || e.Finish is null)
                yield return $"expected {e.Name} to end with Success, came {e.Result ?? "no end"}";
            if (e.Start < (older?.Start ?? StartTime))
                yield return $"expected {e.Name} to start after {older?.Name ?? "the action"}, but it started before";
            var isInside = older is not null && e.LiesIn(older);
            if (expected[i].Inside is { } outer ? !isInside : older is not null && e.Start < older.Finish)
                yield return $"expected {e.Name} {(expected[i].Inside is null ? "after" : "inside")} {older!.Name}, "
                    + $"came {e.Start:O} to {e.Finish:O}";
        }
    }

    private static IEnumerable<string> CompareKeys(string what, JsonObject found, string[] expected)
    {
        var keys = found.Select(pair => pair.Key).Order(StringComparer.Ordinal).ToList();
        if (!keys.SequenceEqual(expected))
            yield return $"expected {what} to have the keys {string.Join(", ", expected)}, came "
                + $"{string.Join(", ", keys)}";
    }

    public static DateTime Time(JsonNode? node) => DateTime.ParseExact(
        (string)node!, "yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}

/// <summary>One step with its start and finish.</summary>
internal sealed record Event(string Name, DateTime Start, DateTime? Finish, string? Result)
{
    public bool LiesIn(Event outer) => Start > outer.Start && Finish <= outer.Finish;
}

/// <summary>The ids that the record must have.</summary>
internal sealed record Identifiers(string Server, string Request, string Project, string User);
