using System.Diagnostics;

namespace Kiroku.Actions;

/// <summary>
/// Tells the trace of an action: a span for the action, and one below it for each attempt. They are read off the record
/// when the action has ended, so that they are whole, and told once, whatever processes and nodes ran it.
/// </summary>
internal static class ActionSpans
{
    /// <summary>The name of the source, by which collectors ask for it.</summary>
    public const string Name = "Kiroku.Actions";

    private static readonly ActivitySource Source = new(Name);

    public static void Tell(RecordedAction ended)
    {
        if (!Source.HasListeners() || ended.Action.Trace is not { } trace)
            return;
        var around = Activity.Current;
        // A span without a parent would become a child of what happens to be under way here.
        Activity.Current = null;
        try
        {
            Tell(ended, trace);
        }
        finally
        {
            Activity.Current = around;
        }
    }

    private static void Tell(RecordedAction ended, ActionTrace trace)
    {
        var action = ended.Action;
        using var span = Source.StartActivity(
            action.Action, ActivityKind.Internal, trace.Parent, Tags(action), links: null, Utc(action.StartTime));
        if (span is not { IsAllDataRequested: true })
            return;
        foreach (var attempt in ended.Events.Reverse())
            Tell(attempt, span.Context);
        if (Outcomes.IsError(action.Outcome))
            span.SetStatus(ActivityStatusCode.Error, action.Outcome);
        span.SetEndTime(Utc(action.FinishTime!.Value));
    }

    private static void Tell(EventRecord attempt, ActivityContext action)
    {
        using var span = Source.StartActivity(
            attempt.Event, ActivityKind.Internal, action, Tags(attempt), links: null, Utc(attempt.StartTime));
        if (attempt.Result == EventResults.Error)
            span?.SetStatus(ActivityStatusCode.Error, attempt.Details);
        span?.SetEndTime(Utc(attempt.FinishTime!.Value));
    }

    private static IEnumerable<KeyValuePair<string, object?>> Tags(ActionRecord action) =>
    [
        new("kiroku.action", action.Action),
        new("kiroku.outcome", action.Outcome),
        new("kiroku.request.id", action.RequestId),
        new("kiroku.server.id", action.ServerId.ToString()),
    ];

    private static IEnumerable<KeyValuePair<string, object?>> Tags(EventRecord attempt) =>
    [
        new("kiroku.event", attempt.Event),
        new("kiroku.attempt", attempt.Attempt),
        new("kiroku.result", attempt.Result),
        new("host.name", attempt.Host),
    ];

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
