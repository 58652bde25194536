using System.CommandLine;
using System.Security.Cryptography;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary><c>kiroku actions export</c>: writes all actions to a file, which appears only once it is whole.</summary>
internal static class ExportCommand
{
    private const string Standard = "-";

    public static Command Create(Surroundings surroundings)
    {
        var command = new CloudCommand(
            surroundings, "export", "Write actions to a file, the oldest first.", hasJson: false);
        var format = new Option<string>("--format")
        {
            Description = "The form of the file.",
            DefaultValueFactory = _ => "jsonl",
        };
        format.AcceptOnlyFromAmong("jsonl", "csv", "cadf");
        var file = new Option<string>("--output", "-o")
        {
            Description = "The file, which is replaced when the export is whole; - for the standard output.",
            HelpName = "FILE",
            Required = true,
        };
        var filter = CloudCommand.Filter;
        command.Command.Options.Add(format);
        command.Command.Options.Add(file);
        command.Command.Options.Add(filter);
        command.Run(async (parsed, work) =>
        {
            var query = new ListQuery(parsed.GetValue(filter), command.IsOfAllProjects(parsed));
            var path = parsed.GetRequiredValue(file);
            if (path == Standard && work.Screen.IsTerminal)
                throw new UsageException("an export is nothing for a terminal: -o FILE writes it to a file");
            using var answer = await work.Record.ExportAsync(parsed.GetValue(format)!, query, work.Ended);
            var export = new ExportCopy(work, answer, parsed.GetValue(format)!);
            if (path == Standard)
                await ToStandardAsync(surroundings, export);
            else
                await ToFileAsync(work, Path.GetFullPath(path), export);
            return 0;
        });
        return command.Command;
    }

    private static async Task ToStandardAsync(Surroundings surroundings, ExportCopy export)
    {
        await using var output = surroundings.OpenOut();
        await export.RunAsync(output);
    }

    private static async Task ToFileAsync(CloudWork work, string path, ExportCopy export)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{path} is a folder");
        var part = $"{path}.{RandomNumberGenerator.GetHexString(6, lowercase: true)}.part";
        try
        {
            long count;
            await using (var output = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                count = await export.RunAsync(output);
                output.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
            work.Screen.Note($"{path} holds {count} actions");
        }
        finally
        {
            File.Delete(part);
        }
    }
}
