using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>An action with the name of its server, as the live record tells it and filters look at it.</summary>
internal sealed record LiveAction(RecordedAction Recorded, string? ServerName)
{
    public ActionRecord Action => Recorded.Action;

    /// <summary>How long it took in microseconds; null while it runs.</summary>
    public long? Duration => Action.FinishTime is { } finished
        ? Micros.Between(Action.StartTime, finished)
        : null;
}
