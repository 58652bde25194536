using System.CommandLine;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary><c>kiroku actions list</c>: the newest actions, or those that fulfil a filter.</summary>
internal static class ListCommand
{
    private static readonly string[] Headings =
        ["STARTED (UTC)", "SERVER", "ACTION", "OUTCOME", "TOOK", "BY", "REQUEST"];

    public static Command Create(Surroundings surroundings)
    {
        var command = new CloudCommand(surroundings, "list", "List actions, the newest first.");
        var filter = CloudCommand.Filter;
        var limit = new Option<int>("--limit")
        {
            Description = "The most actions to list; 0 for all.",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 50,
            CustomParser = Numbers.Count,
        };
        var oldestFirst = new Option<bool>("--oldest-first") { Description = "The oldest first." };
        command.Command.Options.Add(filter);
        command.Command.Options.Add(limit);
        command.Command.Options.Add(oldestFirst);
        command.Run(async (parsed, work) =>
        {
            var most = parsed.GetValue(limit);
            var query = new ListQuery(parsed.GetValue(filter), command.IsOfAllProjects(parsed))
            {
                OldestFirst = parsed.GetValue(oldestFirst),
                PageSize = most == 0 ? 1000 : most,
            };
            var actions = await ReadAsync(work, query, most == 0 ? int.MaxValue : most);
            if (command.IsJson(parsed))
                actions.ForEach(action => work.Screen.Print(action.Json));
            else
                work.Screen.Table(Headings, [.. actions.Select(Row)]);
            return 0;
        });
        return command.Command;
    }

    private static async Task<List<ToldAction>> ReadAsync(CloudWork work, ListQuery query, int most)
    {
        var actions = new List<ToldAction>();
        await foreach (var page in work.Record.ListAsync(query, work.Ended))
        {
            actions.AddRange(page.Actions.Take(most - actions.Count));
            if (actions.Count == most)
                break;
        }
        return actions;
    }

    private static IReadOnlyList<Cell> Row(ToldAction action) =>
    [
        Words.Time(action.Fields.StartTime), Words.Server(action), Words.Name(action), Cell.Of(action),
        Words.Took(action), Words.User(action), Words.Request(action),
    ];
}
