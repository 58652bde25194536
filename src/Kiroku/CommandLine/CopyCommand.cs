using System.CommandLine;
using Kiroku.Storage.Copying;
using Kiroku.Storage.Sqlite;

namespace Kiroku.CommandLine;

/// <summary>
/// <c>kiroku copy DIR --database CONNECTION</c>: copies a data folder's rows to PostgreSQL, for services that outgrow
/// SQLite.
/// </summary>
internal static class CopyCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The data folder of a service that does not run." };
        var database = ServiceOptions.CreateDatabase(
            "An empty PostgreSQL to copy into, as \"Host=…;Database=…;Username=…\".");
        database.Required = true;
        var command = new Command(
            "copy", "Copy the rows of a data folder into PostgreSQL; the folder stays as it is.") { folder, database };
        command.SetAction((parsed, cancellationToken)
            => RunAsync(Path.GetFullPath(parsed.GetRequiredValue(folder)), parsed.GetRequiredValue(database)!,
                cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string folder, string destination, CancellationToken cancellationToken)
    {
        var settings = new ServiceSettings { DataDirectory = folder };
        if (!File.Exists(settings.DatabaseFile))
            throw new UsageException($"there is nothing to copy: {folder} holds no kiroku.db");
        using var held = new DataFolder(folder).Take();
        using var source = new SqliteDatabase(settings.DatabaseFile);
        var copied = await new StoreCopy(source, destination).RunAsync(cancellationToken);
        await Console.Out.WriteLineAsync($"copied {copied.Values.Sum()} rows: {copied["servers"]} servers, "
            + $"{copied["earlier_actions"] + copied["records"]} actions, {copied["images"]} images and what belongs "
            + "to them");
        await Console.Out.WriteLineAsync($"from now on: kiroku serve --data {folder} --database CONNECTION");
        return 0;
    }
}
