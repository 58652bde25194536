using Kiroku.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>What a terminal shows of the record: a row for each action that runs, and below what ended.</summary>
internal sealed class WatchView(TimeProvider time)
{
    private const int MostEnded = 12;
    private const int MostRunning = 30;

    private static readonly string[] Running = ["SERVER", "ACTION", "FOR", "NOW", "BY"];
    private static readonly string[] Ended = ["ENDED (UTC)", "SERVER", "ACTION", "OUTCOME", "TOOK", "WHY"];

    private readonly Lock changing = new();
    private readonly Dictionary<ActionName, ToldAction> running = [];
    private readonly List<ToldAction> ended = [];
    private string notice = "";

    public void Take(ToldAction action)
    {
        lock (changing)
        {
            running.Remove(action.Name);
            ended.RemoveAll(other => other.Name == action.Name);
            if (!action.Fields.Done)
                running[action.Name] = action;
            else
                ended.Insert(0, action);
            if (ended.Count > MostEnded)
                ended.RemoveAt(MostEnded);
        }
    }

    public void Note(string text)
    {
        lock (changing)
            notice = PlainText.Of(text);
    }

    public IRenderable Render()
    {
        lock (changing)
        {
            var now = time.GetUtcNow();
            var shown = running.Values.OrderBy(action => action.Fields.StartTime).Take(MostRunning).ToList();
            var more = running.Count - shown.Count;
            return new Rows(
                new Text($"{running.Count} running{(more > 0 ? $", {more} of them not shown" : "")}", Style.Plain),
                Screen.TableOf(Running, shown.Select(action => RunningRow(action, now))),
                Screen.TableOf(Ended, ended.Select(EndedRow)),
                new Text(notice, new Style(Color.Yellow)));
        }
    }

    private static IReadOnlyList<Cell> RunningRow(ToldAction action, DateTimeOffset now) =>
    [
        Words.Server(action), Words.Name(action), Words.Span(now - action.Fields.StartTime), Words.Progress(action),
        Words.User(action),
    ];

    private static IReadOnlyList<Cell> EndedRow(ToldAction action) =>
    [
        action.Fields.FinishTime is { } finish ? Words.Time(finish) : "", Words.Server(action), Words.Name(action),
        Cell.Of(action), Words.Took(action), PlainText.Of(action.Fields.Details),
    ];
}
