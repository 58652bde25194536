namespace Kiroku.Actions;

/// <summary>An action with its events, newest first.</summary>
internal sealed record RecordedAction(ActionRecord Action, IReadOnlyList<EventRecord> Events)
{
    private const string Interrupted = "interrupted: the service ended in the middle of this step";

    /// <summary>Whether an attempt failed only because the service ended during it.</summary>
    public static bool IsInterrupted(EventRecord record)
        => record is { Result: EventResults.Error, Details: Interrupted };

    /// <summary>
    /// The action once it has ended. An inner step that rested is still open if its outer step failed without it.
    /// </summary>
    public RecordedAction End(string outcome, DateTime now) => End(outcome, now, Interrupted);

    /// <summary>The action once another has taken its place.</summary>
    public RecordedAction Supersede(string by, DateTime now)
        => End(Outcomes.Superseded, now, $"superseded by {by}");

    /// <summary>
    /// The action once it is to be undone, because a user wants that. Its open attempts are closed when their steps
    /// have let go.
    /// </summary>
    public RecordedAction Cancel(string userId, DateTime now) => this with
    {
        Action = Action with
        {
            Cancelled = new Cancellation(userId, now),
            Cancelable = false,
            Failing = true,
            UpdatedAt = Latest(Action.UpdatedAt, now),
        },
    };

    /// <summary>
    /// The cancelled action once its steps have let go: its open attempts say who cancelled it. If none was open, there
    /// is one more, of the step that would have been next, which ends as it begins.
    /// </summary>
    public RecordedAction LetGo(string next, string host, DateTime now)
    {
        var details = Action.Cancelled!.Details;
        if (Events.Any(record => record.FinishTime is null))
            return Close(details, now);
        if (Events.Any(record => record.Result == EventResults.Error && record.Details == details))
            return this;
        var time = Latest(Action.UpdatedAt, now);
        var attempt = new EventRecord
        {
            Event = next,
            Attempt = Events.Count(record => record.Event == next) + 1,
            StartTime = time,
            FinishTime = time,
            Result = EventResults.Error,
            Host = host,
            Details = details,
        };
        return new RecordedAction(Action with { UpdatedAt = time }, [attempt, .. Events]);
    }

    /// <summary>
    /// The action that nobody runs, prepared for another run: an event that was left open is closed as interrupted, or
    /// kept if the service had stopped in good order or the action is cancelled.
    /// </summary>
    public RecordedAction TakeUp(DateTime now)
        => Action.Resting || Action.Cancelled is not null
            ? this with { Action = Action with { Resting = false } }
            : Close(Interrupted, now);

    private RecordedAction End(string outcome, DateTime now, string detailsOfOpenEvents)
    {
        var closed = Close(detailsOfOpenEvents, now);
        var ended = Latest(closed.Action.UpdatedAt, now);
        return closed with
        {
            Action = closed.Action with
            {
                Outcome = outcome,
                Message = Outcomes.IsError(outcome) ? EventResults.Error : null,
                FinishTime = ended,
                UpdatedAt = ended,
                Resting = false,
                Cancelable = false,
                Arguments = null,
            },
        };
    }

    /// <summary>
    /// Times only move forward: another process, whose clock is a little ahead, may have written last.
    /// </summary>
    private RecordedAction Close(string details, DateTime now)
        => Events.All(record => record.FinishTime is not null) ? this : new RecordedAction(
            Action with { UpdatedAt = Latest(Action.UpdatedAt, now) },
            [.. Events.Select(record => record.FinishTime is not null ? record : record with
            {
                FinishTime = Latest(record.StartTime, now),
                Result = EventResults.Error,
                Details = details,
            })]);

    private static DateTime Latest(DateTime one, DateTime other) => one > other ? one : other;
}
