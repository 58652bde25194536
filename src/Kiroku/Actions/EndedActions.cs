namespace Kiroku.Actions;

/// <summary>
/// Learns of each action that this process has ended, once that is durable, and tells it to those who watch the
/// service: in metrics and traces. Whoever writes an action's end calls it.
/// </summary>
internal sealed class EndedActions(ActionMeters meters)
{
    public void Tell(RecordedAction ended)
    {
        meters.Count(ended);
        ActionSpans.Tell(ended);
    }
}
