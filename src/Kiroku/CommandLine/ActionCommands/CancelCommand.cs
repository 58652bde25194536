using System.CommandLine;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary><c>kiroku actions cancel</c>: has an action stopped and undone.</summary>
internal static class CancelCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new CloudCommand(surroundings, "cancel", "Cancel an action that runs; what it did is undone.");
        var server = CloudCommand.Server;
        var request = new Argument<string>("REQUEST") { Description = "The request's id." };
        command.Command.Arguments.Add(server);
        command.Command.Arguments.Add(request);
        command.Run(async (parsed, work) =>
        {
            var name = await new NamedAction(work.Record, command.IsOfAllProjects(parsed)).FindAsync(
                parsed.GetRequiredValue(server), parsed.GetRequiredValue(request), work.Ended);
            await work.Record.CancelAsync(name, work.Ended);
            var (action, _) = await work.Record.ShowAsync(name, null, null, work.Ended);
            if (command.IsJson(parsed))
                work.Screen.Print(action!.Json);
            else
                work.Screen.Line($"{Words.Name(action!)} of {Words.Server(action!)} is "
                    + (action!.Fields.Done ? Words.Outcome(action) : "being cancelled"));
            return 0;
        });
        return command.Command;
    }
}
