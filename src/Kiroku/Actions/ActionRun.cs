namespace Kiroku.Actions;

/// <summary>One run of an action: its row, its right to write, and its events so far, oldest first.</summary>
internal sealed class ActionRun(ActionRecord action, IFence fence, string host, IEnumerable<EventRecord> events)
{
    private readonly List<EventRecord> events = [.. events];

    public ActionRecord Action { get; private set; } = action;

    /// <summary>The action as it stands, with its events newest first.</summary>
    public RecordedAction Recorded => new(Action, [.. events.AsEnumerable().Reverse()]);

    public IFence Fence { get; } = fence;

    /// <summary>Name of the node that runs the action.</summary>
    public string Host { get; } = host;

    /// <summary>The server's task_state as its row has it.</summary>
    public string? TaskState { get; set; }

    public bool Retried => events.Any(e => e.Result == EventResults.Error);

    public bool Succeeded(string step) => events.Any(e => e.Event == step && e.Result == EventResults.Success);

    /// <summary>Whether a step was tried. An attempt that only says who cancelled the action is none.</summary>
    public bool Began(string step)
        => events.Any(e => e.Event == step
            && !(e.StartTime == e.FinishTime && e.Details is not null && e.Details == Action.Cancelled?.Details));

    public int Failures(string step)
        => events.Count(
            e => e.Event == step && e is { Result: EventResults.Error } && !RecordedAction.IsInterrupted(e));

    public int Interruptions(string step) => events.Count(e => e.Event == step && RecordedAction.IsInterrupted(e));

    public int Attempts(string step) => events.Count(e => e.Event == step);

    /// <summary>The event that was left open when the service rested, and with which the step goes on.</summary>
    public EventRecord? Open(string step) => events.Find(e => e.Event == step && e.FinishTime is null);

    /// <summary>The attempt that failed last; null if none has.</summary>
    public EventRecord? LastError => events.LastOrDefault(e => e.Result == EventResults.Error);

    /// <summary>
    /// The given time or, if it is later, the newest time in the record, because the clocks of processes differ a
    /// little.
    /// </summary>
    public DateTime NotBefore(DateTime now)
    {
        var newest = events.Select(e => e.FinishTime ?? e.StartTime).Append(Action.StartTime).Max();
        return now < newest ? newest : now;
    }

    /// <summary>
    /// The action as it stands with a new event, or with an event that is completed; to be noted once it is written.
    /// </summary>
    /// <param name="record">The event.</param>
    /// <param name="failing">Whether what was done is to be undone from now on.</param>
    /// <param name="noReturn">Whether the action can no longer be cancelled from now on.</param>
    public RecordedAction With(EventRecord record, bool failing = false, bool noReturn = false)
    {
        var index = events.FindIndex(e => e.Event == record.Event && e.Attempt == record.Attempt);
        var with = index < 0 ? [.. events, record] : events.Select((e, i) => i == index ? record : e);
        var now = record.FinishTime ?? record.StartTime;
        return new RecordedAction(
            Action with
            {
                UpdatedAt = now > Action.UpdatedAt ? now : Action.UpdatedAt,
                Failing = Action.Failing || failing,
                Cancelable = Action.Cancelable && !failing && !noReturn,
            },
            [.. with.Reverse()]);
    }

    /// <summary>Notes how the attempt under way does it; written with its end, unless that has a reason.</summary>
    public void Explain(string reasonCode)
    {
        var index = events.FindLastIndex(e => e.FinishTime is null);
        if (index >= 0)
            events[index] = events[index] with { ReasonCode = reasonCode };
    }

    /// <summary>
    /// Notes what whoever asked should know, if it is the first of its kind; written with what is written next.
    /// </summary>
    public void Warn(string code)
    {
        if (Action.Warnings?.Any(warning => warning.Code == code) == true)
            return;
        // Of attempts within each other the innermost began last.
        var open = events.FindLast(e => e.FinishTime is null);
        var warning = new Warning(code, open?.Event, open?.Attempt);
        Action = Action with { Warnings = [.. Action.Warnings ?? [], warning] };
    }

    /// <summary>Notes an image that the action has made; written with what is written next.</summary>
    public void NoteCreatedImage(string image)
    {
        if (Action.Changes is { } changes)
            Action = Action with
            {
                Changes = changes with { After = (changes.After ?? Traits.None) with { CreatedImage = image } },
            };
    }

    public void Note(RecordedAction written)
    {
        Action = written.Action;
        events.Clear();
        events.AddRange(written.Events.Reverse());
    }
}
