using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Kiroku.Bench;

/// <summary>
/// Takes a store that the version before has filled to this version, on SQLite and on PostgreSQL. While its actions
/// move, the service is killed again and again and asked all the time: each answer must be the one of the version
/// before, byte for byte.
/// </summary>
internal static class Upgrade
{
    private const int Kills = 10;

    /// <summary>Between two rounds of questions, so that they do not take all of the processors from the move.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    public static async Task<int> RunAsync(string old, string product, int actions, string stores)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        await using var postgres = await OwnPostgres.StartAsync();
        try
        {
            var file = Path.Combine(folder, "kiroku.db");
            await using (await Service.StartAsync(old, folder))
            {
            }
            FilledStore.Fill(file, actions, EarlierRows.Insert);
            var database = await postgres.AddDatabaseAsync("kiroku");
            if (stores != "sqlite")
                await Command.RunAsync("dotnet", old, "copy", folder, "--database", database + ";Command Timeout=0");
            Console.WriteLine("| store | actions | first answer before, after | moved in | kills | answers compared meanwhile | middle, slowest | afterwards | different |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
            var onSqlite = new Store("SQLite", folder, [], () => CountLeftAsync(new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False")));
            var onPostgres = new Store("PostgreSQL", folder, [("Storage__Database", database)], () => CountLeftAsync(new NpgsqlConnection(database)));
            var different = stores == "postgres" ? 0 : await RunAsync(onSqlite, old, product, actions);
            return different + (stores == "sqlite" ? 0 : await RunAsync(onPostgres, old, product, actions)) == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>The number of answers that differ.</returns>
    private static async Task<int> RunAsync(Store store, string old, string product, int actions)
    {
        var answers = new KnownAnswers(actions);
        double before, after = 0;
        await using (var service = await Service.StartAsync(old, store.Folder, store.Settings))
        {
            before = service.FirstAnswer;
            await answers.LearnAsync(service.Http);
        }
        var (clock, random, starts) = (Stopwatch.StartNew(), new Random(1), 0);
        // Each is the number of actions that are left when the service is killed.
        long[] kills = [.. Enumerable.Range(0, Kills).Select(_ => random.NextInt64(1, actions)).OrderDescending()];
        for (; starts == 0 || await store.CountLeft() > 0; starts++)
        {
            await using var service = await Service.StartAsync(product, store.Folder, store.Settings);
            after = starts == 0 ? service.FirstAnswer : after;
            do
            {
                await answers.CompareSomeAsync(service.Http);
                await Task.Delay(Pause);
            }
            while (await store.CountLeft() > kills.ElementAtOrDefault(starts));
            Console.Error.WriteLine($"{store.Name}: start {starts}, {await store.CountLeft()} are left");
        }
        var took = clock.Elapsed;
        var (compared, middle, slowest) = (answers.Compared, answers.Middle, answers.Slowest);
        await using (var service = await Service.StartAsync(product, store.Folder, store.Settings))
            await answers.CompareAllAsync(service.Http);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {store.Name} | {actions:N0} | {before:N0}, {after:N0} ms | {took.TotalSeconds:N0} s | {starts - 1} | {compared:N0} | {middle:F1}, {slowest:F0} ms | {answers.Compared - compared:N0} | {answers.Different} |"));
        return answers.Different;
    }

    private static async Task<long> CountLeftAsync(System.Data.Common.DbConnection connection)
    {
        await using (connection)
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = EarlierRows.CountLeft;
            return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
        }
    }

    private sealed record Store(string Name, string Folder, (string, string)[] Settings, Func<Task<long>> CountLeft);
}
