using Spectre.Console;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>
/// Waits for the end of an action, says what is tried meanwhile, and goes on after the connection was lost.
/// </summary>
internal sealed class ActionWait(CloudWork work, ActionName name, TimeSpan? longest)
{
    /// <summary>The longest that one request waits.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Way = TimeSpan.FromSeconds(2);

    private readonly long began = work.Screen.Time.GetTimestamp();
    private string told = "";
    private readonly Retrying retrying = new(work.Screen.Note, work.Screen.Time);

    /// <returns>The action as it was told last; done, unless the time was up.</returns>
    public Task<ToldAction> RunAsync() => work.Screen.IsTerminal
        ? work.Screen.Console.Status().StartAsync("…", status => RunAsync(action => status.Status(
            Markup.Escape($"{Words.Name(action)} of {Words.Server(action)} {Words.Progress(action)} "
                + $"({Words.Span(work.Screen.Time.GetUtcNow() - action.Fields.StartTime)})"))))
        : RunAsync(Note);

    private async Task<ToldAction> RunAsync(Action<ToldAction> tell)
    {
        var (action, tag) = await work.Record.ShowAsync(name, null, null, work.Ended);
        while (!action!.Fields.Done && Left > TimeSpan.Zero)
        {
            tell(action);
            var known = tag;
            var next = await retrying.TryAsync(
                () => work.Record.ShowAsync(name, Next, known, work.Ended, Longest), Left, work.Ended);
            if (next.Action is not null)
                (action, tag) = (next.Action, next.Tag);
        }
        return action;
    }

    private TimeSpan Left => longest is { } limit
        ? limit - work.Screen.Time.GetElapsedTime(began)
        : TimeSpan.MaxValue;

    /// <summary>Whole seconds, as the service wants them; it may so wait a little less than one too long.</summary>
    private TimeSpan Next => Left < Round ? TimeSpan.FromSeconds(Math.Ceiling(Left.TotalSeconds)) : Round;

    /// <summary>How long one request may take: as long as it waits, and a moment for its way.</summary>
    private TimeSpan? Longest => Left < Round ? Next + Way : null;

    private void Note(ToldAction action)
    {
        if (Words.Progress(action) is { Length: > 0 } progress && progress != told)
            work.Screen.Note($"{Words.Name(action)} of {Words.Server(action)}: {told = progress}");
    }
}
