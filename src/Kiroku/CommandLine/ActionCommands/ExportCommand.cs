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
        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: 0 }])
                result.AddError("--output is the name of a file, or -");
        });
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
                await ToPathAsync(work, Path.GetFullPath(path), export);
            return 0;
        });
        return command.Command;
    }

    private static async Task ToStandardAsync(Surroundings surroundings, ExportCopy export)
    {
        await using var output = surroundings.OpenOut();
        await export.RunAsync(output);
    }

    /// <summary>What is no file, as a pipe or a device, is written to; only a file is replaced.</summary>
    private static async Task ToPathAsync(CloudWork work, string path, ExportCopy export)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{path} is a folder");
        var there = File.Exists(path) ? FileStatus.Of(path) : (FileStatus?)null;
        if (there is { IsRegular: false })
        {
            await using var output = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await export.RunAsync(output);
        }
        else
            await ToFileAsync(work, TargetOf(path), there?.Permissions, export);
    }

    /// <summary>The file that a link leads to: it is replaced, and the link stays.</summary>
    private static string TargetOf(string path)
        => new FileInfo(path).LinkTarget is null
            ? path
            : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    private static async Task ToFileAsync(
        CloudWork work, string path, UnixFileMode? permissions, ExportCopy export)
    {
        var part = $"{path}.{RandomNumberGenerator.GetHexString(6, lowercase: true)}.part";
        try
        {
            long count;
            await using (var output = new FileStream(part, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                // What one account may read of the record is not for all accounts of the computer.
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                if (permissions is { } former)
                    File.SetUnixFileMode(output.SafeFileHandle, former);
                count = await export.RunAsync(output);
                output.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
            work.Screen.Note($"{path} holds {count} {(count == 1 ? "action" : "actions")}");
        }
        finally
        {
            File.Delete(part);
        }
    }
}
