using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Kiroku.Actions;

/// <summary>
/// The metrics of what this process does with actions. What names a single server, user or project is no attribute, so
/// that their number has a bound.
/// </summary>
internal sealed class ActionMeters
{
    private const string Action = "action";
    private const string Outcome = "outcome";
    private const string Event = "event";
    private const string Result = "result";
    private const string Reason = "reason";

    /// <summary>From a tenth of a second to an hour.</summary>
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    };

    private readonly Counter<long> ended;
    private readonly Histogram<double> durations;
    private readonly Counter<long> attempts;
    private readonly Histogram<double> attemptDurations;
    private readonly UpDownCounter<long> active;
    private readonly UpDownCounter<long> waiting;

    public ActionMeters(IMeterFactory meters)
    {
        var meter = meters.Create(Meters.Name);
        ended = meter.CreateCounter<long>(
            "kiroku.actions.ended", "{action}", "Actions that this node ended, by action and outcome");
        durations = meter.CreateHistogram(
            "kiroku.actions.duration", "s",
            "Time from acceptance to end of the actions that this node ended, by action and outcome", advice: Buckets);
        attempts = meter.CreateCounter<long>(
            "kiroku.attempts", "{attempt}",
            "Attempts at steps of the actions that this node ended, by event, result and reason, if there is one");
        attemptDurations = meter.CreateHistogram(
            "kiroku.attempts.duration", "s", "Time of these attempts, by event and result", advice: Buckets);
        active = meter.CreateUpDownCounter<long>(
            "kiroku.actions.active", "{action}", "Actions that this node works on now, by action");
        waiting = meter.CreateUpDownCounter<long>(
            "kiroku.actions.waiting", "{action}",
            "Those that this node works on and that wait, by reason: retry (for the next attempt), hypervisor or store "
                + "(until it answers)");
    }

    /// <summary>
    /// Counts an action that has ended, and its attempts with it: so they are counted once, whichever processes and
    /// nodes made them.
    /// </summary>
    public void Count(RecordedAction recorded)
    {
        var action = recorded.Action;
        var tags = new TagList { { Action, action.Action }, { Outcome, action.Outcome } };
        ended.Add(1, tags);
        durations.Record(Seconds(action.StartTime, action.FinishTime), tags);
        foreach (var attempt in recorded.Events)
        {
            var of = new TagList { { Event, attempt.Event }, { Result, attempt.Result } };
            attemptDurations.Record(Seconds(attempt.StartTime, attempt.FinishTime), of);
            if (attempt.ReasonCode is { } reason)
                of.Add(Reason, reason);
            attempts.Add(1, of);
        }
    }

    /// <summary>Counts an action as one that this node works on, until that is disposed of.</summary>
    public IDisposable Work(string action)
    {
        var work = new Counted(active, new(Action, action));
        work.Begin();
        return work;
    }

    /// <summary>For an action that may have to wait; see <see cref="Counted.Begin"/>.</summary>
    public Counted WaitFor(string reason) => new(waiting, new(Reason, reason));

    private static double Seconds(DateTime from, DateTime? to) => (to - from)?.TotalSeconds ?? 0;
}

/// <summary>What actions wait for.</summary>
internal static class WaitReasons
{
    public const string Retry = "retry";
    public const string Hypervisor = "hypervisor";
    public const string Store = "store";
}
