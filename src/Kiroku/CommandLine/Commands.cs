using System.CommandLine;
using Kiroku.Api;
using Kiroku.CommandLine.ActionCommands;

namespace Kiroku.CommandLine;

/// <summary>The commands of <c>./kiroku</c>.</summary>
internal static class Commands
{
    private const int Failed = 1;
    private const int Misused = 2;

    public static async Task<int> RunAsync(string[] args, Surroundings? surroundings = null)
    {
        surroundings ??= Surroundings.OfProcess();
        var root = new RootCommand(
            "Kiroku: an OpenStack-compatible compute service that remembers every action, step by step.");
        root.Subcommands.Add(Tour.TourCommand.Create());
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(DrainCommand.Create());
        root.Subcommands.Add(DownCommand.Create());
        root.Subcommands.Add(CopyCommand.Create());
        root.Subcommands.Add(CertificatesCommand.Create());
        root.Subcommands.Add(ActionsCommand.Create(surroundings));
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.UnmatchedTokens is [var unknown, ..])
            return await ComplainAsync(
                surroundings, $"there is no command or option {unknown} here (see: kiroku --help)", Misused);
        if (parsed.Errors is [var error, ..])
            return await ComplainAsync(
                surroundings, $"{error.Message.TrimEnd('.')} (see: kiroku --help)", Misused);
        try
        {
            // The service shuts down cleanly by itself on SIGTERM and SIGINT, so nothing else may cut it short.
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    ProcessTerminationTimeout = null,
                    EnableDefaultExceptionHandler = false,
                    Output = surroundings.Out,
                    Error = surroundings.Error,
                });
        }
        catch (Exception e) when (Complaints.Of(e) is { } complaint)
        {
            return await ComplainAsync(surroundings, complaint, Failed);
        }
    }

    private static async Task<int> ComplainAsync(Surroundings surroundings, string complaint, int exitCode)
    {
        await surroundings.Error.WriteLineAsync($"kiroku: {PlainText.Of(complaint.ReplaceLineEndings(" "))}");
        return exitCode;
    }
}
