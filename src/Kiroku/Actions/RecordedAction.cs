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
    /// <param name="outcome">One of <see cref="Outcomes"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="left">The server as it is left; null if nobody looks what the action changed.</param>
    public RecordedAction End(string outcome, DateTime now, Traits? left = null)
        => End(outcome, now, left, Close(now, Interrupted, ReasonCodes.Interrupted));

    /// <summary>The action once another has taken its place.</summary>
    public RecordedAction Supersede(string by, DateTime now, Traits? left = null)
        => End(Outcomes.Superseded, now, left, Close(now, $"superseded by {by}", ReasonCodes.Superseded));

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
            return Close(now, details, ReasonCodes.Cancelled);
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
            ReasonCode = ReasonCodes.Cancelled,
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
            : Close(now, Interrupted, ReasonCodes.Interrupted);

    private static RecordedAction End(string outcome, DateTime now, Traits? left, RecordedAction closed)
    {
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
                Changes = left is null ? null : closed.Action.Changes?.Settle(left),
            },
        };
    }

    /// <summary>
    /// Times only move forward: another process, whose clock is a little ahead, may have written last.
    /// </summary>
    private RecordedAction Close(DateTime now, string details, string reason)
        => Events.All(record => record.FinishTime is not null) ? this : new RecordedAction(
            Action with { UpdatedAt = Latest(Action.UpdatedAt, now) },
            [.. Events.Select(record => record.FinishTime is not null ? record : record with
            {
                FinishTime = Latest(record.StartTime, now),
                Result = EventResults.Error,
                ReasonCode = reason,
                Details = details,
            })]);

    private static DateTime Latest(DateTime one, DateTime other) => one > other ? one : other;
}
