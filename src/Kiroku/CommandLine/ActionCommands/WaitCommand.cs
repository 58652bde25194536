using System.CommandLine;
using Kiroku.Api;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary><c>kiroku actions wait</c>: waits for an action's end; the exit code tells what that was.</summary>
internal static class WaitCommand
{
    private const int Failed = 3;
    private const int TimedOut = 4;
    private const int Cancelled = 5;

    public static Command Create(Surroundings surroundings)
    {
        var command = new CloudCommand(surroundings, "wait",
            "Wait for the end of an action. Exit code 0: it succeeded, 3: it failed, was interrupted or superseded, "
            + "4: the time was up, 5: it was cancelled.");
        var server = CloudCommand.Server;
        var request = new Argument<string?>("REQUEST")
        {
            Description = "The request's id; the server's newest action without it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var timeout = new Option<double?>("--timeout")
        {
            Description = "The longest time to wait; for ever without it.",
            HelpName = "SECONDS",
            CustomParser = Numbers.Seconds,
        };
        command.Command.Arguments.Add(server);
        command.Command.Arguments.Add(request);
        command.Command.Options.Add(timeout);
        command.Run(async (parsed, work) =>
        {
            var name = await new NamedAction(work.Record, command.IsOfAllProjects(parsed)).FindAsync(
                parsed.GetRequiredValue(server), parsed.GetValue(request), work.Ended);
            var wait = new ActionWait(work, name, parsed.GetValue(timeout) is { } seconds
                ? TimeSpan.FromSeconds(seconds)
                : null);
            var action = await wait.RunAsync();
            if (command.IsJson(parsed))
                work.Screen.Print(action.Json);
            else
                work.Screen.Line(Sentence(action));
            return ExitCodeOf(action);
        });
        return command.Command;
    }

    private static int ExitCodeOf(ToldAction action) => action switch
    {
        { Fields.Done: false } => TimedOut,
        { IsGood: true } => 0,
        { IsCancelled: true } => Cancelled,
        _ => Failed,
    };

    private static string Sentence(ToldAction action)
    {
        var what = $"{Words.Name(action)} of {Words.Server(action)}";
        if (!action.Fields.Done)
            return $"{what} runs still";
        var why = action.Fields.Details is { } details ? $": {PlainText.Of(details)}" : "";
        return $"{what} {Words.Outcome(action)} after {Words.Took(action)}{why}";
    }
}
