using System.CommandLine;
using Kiroku.Api;
using Spectre.Console;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary><c>kiroku actions watch</c>: shows what runs and what ends, as it happens.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static Command Create(Surroundings surroundings)
    {
        var command = new CloudCommand(surroundings, "watch", "Show what runs and what ends, until Ctrl+C.");
        var filter = CloudCommand.Filter;
        command.Command.Options.Add(filter);
        command.Run(async (parsed, work) =>
        {
            var query = new ListQuery(parsed.GetValue(filter), command.IsOfAllProjects(parsed));
            if (work.Screen.IsTerminal && !command.IsJson(parsed))
                await ShowAsync(work, query);
            else
                await new ActionFollow(work, query, work.Screen.Note).RunAsync(
                    command.IsJson(parsed) ? action => work.Screen.Print(action.Json) : action => Line(work, action));
            return 0;
        });
        return command.Command;
    }

    private static void Line(CloudWork work, ToldAction action)
    {
        var time = action.Fields.FinishTime
            ?? (action.Fields.Attempts is [.., var last] ? last.StartTime : action.Fields.StartTime);
        var what = action.Fields.Done
            ? $"{Words.Took(action)}  {PlainText.Of(action.Fields.Details)}"
            : Words.Progress(action);
        work.Screen.Line($"{Words.Time(time)}  {Words.Request(action)}  {Words.Server(action)}  {Words.Name(action)}  "
            + $"{Words.Outcome(action)}  {what}".TrimEnd());
    }

    /// <summary>Shows the view anew after each change, and each second, for how long something runs.</summary>
    private static Task ShowAsync(CloudWork work, ListQuery query)
    {
        var view = new WatchView(work.Screen.Time);
        return work.Screen.Console.Live(view.Render()).StartAsync(async live =>
        {
            using var changed = new Signal();
            var following = new ActionFollow(work, query, view.Note).RunAsync(action =>
            {
                view.Take(action);
                changed.Set();
            });
            while (!following.IsCompleted)
            {
                live.UpdateTarget(view.Render());
                await Task.WhenAny(following, changed.WaitAsync(Second, CancellationToken.None));
            }
            live.UpdateTarget(view.Render());
            await following;
        });
    }
}
