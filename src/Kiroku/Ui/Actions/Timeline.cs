namespace Kiroku.Ui.Actions;

/// <summary>
/// An action's attempts as rows of a table with bars: retries follow the first try of their step, and steps within a
/// step follow it, indented. Places are percentages of the line of time.
/// </summary>
public sealed class Timeline
{
    /// <summary>From how many tries of a step on those in the middle are left out, unless all are asked for.</summary>
    public const int Many = 12;

    /// <summary>How many of the first and of the last tries are left then.</summary>
    private const int First = 2, Last = 5;

    /// <summary>The narrowest bar that can be seen.</summary>
    private const double Narrowest = 0.7;

    private readonly TimeScale scale;
    private readonly DateTime end;

    private Timeline(ActionFacts action, DateTime now, bool all)
    {
        end = action.FinishTime ?? (now > action.StartTime ? now : action.StartTime);
        scale = new TimeScale(
            action.StartTime, end, action.Attempts.Select(attempt => (attempt.StartTime, attempt.FinishTime ?? end)));
        var within = new Dictionary<object, List<AttemptFacts>>(ReferenceEqualityComparer.Instance) { [action] = [] };
        foreach (var attempt in action.Attempts)
            within[attempt] = [];
        foreach (var attempt in action.Attempts)
            within[(object?)Parent(attempt, action.Attempts) ?? action].Add(attempt);
        var rows = new List<TimelineRow>();
        AddSteps(rows, within, action, 0, all);
        Rows = rows;
        Waiting = !action.Done && action.Attempts.Count > 0 && action.Attempts.All(one => one.FinishTime is not null)
            ? Bar(action.Attempts.Max(one => one.FinishTime!.Value), end)
            : null;
    }

    public IReadOnlyList<TimelineRow> Rows { get; }

    /// <summary>Round times since the start, and where they are.</summary>
    public IReadOnlyList<(double X, TimeSpan After)> Ticks => scale.Ticks;

    /// <summary>Time that is folded away.</summary>
    public IEnumerable<(double X, double Width, TimeSpan Length)> Folds => scale.Folds;

    /// <summary>Where an action that runs waits for its next attempt; null if it does not.</summary>
    public TimelineBar? Waiting { get; }

    /// <summary>How many attempts are left out.</summary>
    public int LeftOut => Rows.Sum(row => row.LeftOut);

    /// <param name="action">The action.</param>
    /// <param name="now">The time up to which what runs is drawn, UTC.</param>
    /// <param name="all">Whether to show each of very many attempts.</param>
    public static Timeline Of(ActionFacts action, DateTime now, bool all = false) => new(action, now, all);

    private void AddSteps(
        List<TimelineRow> rows, Dictionary<object, List<AttemptFacts>> within, object parent, int depth, bool all)
    {
        foreach (var step in within[parent].GroupBy(attempt => attempt.Event))
        {
            var tries = step.OrderBy(attempt => attempt.StartTime).ToList();
            var leavesOut = !all && tries.Count > Many;
            for (var i = 0; i < tries.Count; i++)
            {
                if (leavesOut && i >= First && i < tries.Count - Last)
                    continue;
                var left = leavesOut && i == First - 1 ? tries.Count - First - Last : 0;
                rows.Add(Row(tries[i], i == 0 ? null : tries[i - 1], depth, left));
                AddSteps(rows, within, tries[i], depth + 1, all);
            }
        }
    }

    private TimelineRow Row(AttemptFacts attempt, AttemptFacts? former, int depth, int leftOut) => new()
    {
        Attempt = attempt,
        Depth = depth,
        IsRetry = former is not null,
        Bar = Bar(attempt.StartTime, attempt.FinishTime ?? end),
        Wait = former?.FinishTime is { } since && since < attempt.StartTime ? Bar(since, attempt.StartTime) : null,
        Length = (attempt.FinishTime ?? end) - attempt.StartTime,
        FormerDetails = former?.Details,
        LeftOut = leftOut,
    };

    private TimelineBar Bar(DateTime from, DateTime to)
    {
        var x = Math.Min(scale.At(from), 100 - Narrowest);
        return new TimelineBar(x, Math.Max(scale.At(to) - x, Narrowest));
    }

    /// <summary>The shortest attempt at another step that lies around this one; null if none does.</summary>
    private AttemptFacts? Parent(AttemptFacts attempt, IReadOnlyList<AttemptFacts> attempts)
        => attempts.Where(other => other.Event != attempt.Event && IsAround(other, attempt))
            .MinBy(other => (other.FinishTime ?? end) - other.StartTime);

    private bool IsAround(AttemptFacts outer, AttemptFacts inner)
    {
        var (outerEnd, innerEnd) = (outer.FinishTime ?? end, inner.FinishTime ?? end);
        return outer.StartTime <= inner.StartTime && innerEnd <= outerEnd
            && outerEnd - outer.StartTime > innerEnd - inner.StartTime;
    }
}

/// <summary>A bar's place, in percent.</summary>
public sealed record TimelineBar(double X, double Width);

/// <summary>One attempt in the table.</summary>
public sealed record TimelineRow
{
    public required AttemptFacts Attempt { get; init; }

    /// <summary>Within how many other steps it lies.</summary>
    public required int Depth { get; init; }

    public required bool IsRetry { get; init; }

    public required TimelineBar Bar { get; init; }

    /// <summary>The time between the try before and this one; null if there was none.</summary>
    public required TimelineBar? Wait { get; init; }

    public required TimeSpan Length { get; init; }

    /// <summary>Why the try before failed; null if it says nothing, or there was none.</summary>
    public required string? FormerDetails { get; init; }

    /// <summary>How many further tries come after this one that are not shown.</summary>
    public required int LeftOut { get; init; }
}
