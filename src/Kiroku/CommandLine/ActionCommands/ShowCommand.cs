using System.CommandLine;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary><c>kiroku actions show</c>: one action with its attempts.</summary>
internal static class ShowCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new CloudCommand(surroundings, "show", "Show an action with its attempts, as bars in time.");
        var server = CloudCommand.Server;
        var request = new Argument<string?>("REQUEST")
        {
            Description = "The request's id; the server's newest action without it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        command.Command.Arguments.Add(server);
        command.Command.Arguments.Add(request);
        command.Run(async (parsed, work) =>
        {
            var name = await new NamedAction(work.Record, command.IsOfAllProjects(parsed)).FindAsync(
                parsed.GetRequiredValue(server), parsed.GetValue(request), work.Ended);
            var (action, _) = await work.Record.ShowAsync(name, null, null, work.Ended);
            if (command.IsJson(parsed))
                work.Screen.Print(action!.Json);
            else
                new ActionReport(work.Screen).Show(action!);
            return 0;
        });
        return command.Command;
    }
}
