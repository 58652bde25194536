using System.Diagnostics;
using Dapper;
using Kiroku.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Kiroku.Bench;

/// <summary>Writes the rows of a stop with SQLite alone, as durably as the service and in as many
/// transactions.</summary>
internal static class PlainSqlite
{
    private static readonly string[] Transactions =
    [
        """
        INSERT INTO records (server, request, action, user_id, project_id, started, changed, outcome, failing, resting, attempts, position)
        VALUES (@server, randomblob(16), 'stop', @owner, @owner, @time, @time, 0, 0, 0, '[]', @number * 4);
        UPDATE servers SET running_action = 'req', epoch = epoch + 1, task_state = 'powering-off', updated_at = @text WHERE id = 'b'
        """,
        """
        UPDATE servers SET task_state = 'powering-off', updated_at = @text WHERE id = 'b';
        UPDATE records SET changed = @time, failing = 0, resting = 0, attempts = '[["",100000,null,null,"bench"]]',
            position = @number * 4 + 1 WHERE id = @number
        """,
        """
        UPDATE records SET changed = @time, failing = 0, resting = 0, attempts = '[["",100000,600000,"S","bench"]]',
            position = @number * 4 + 2 WHERE id = @number
        """,
        """
        UPDATE servers SET running_action = NULL, task_state = NULL, vm_state = 'stopped', power_state = 4, updated_at = @text WHERE id = 'b';
        UPDATE records SET changed = @time, failing = 0, resting = 0, attempts = '[["",100000,600000,"S","bench"]]',
            position = @number * 4 + 3, outcome = 1, arguments = NULL WHERE id = @number
        """,
    ];

    public static double RecordsPerSecond(string file, TimeSpan duration)
    {
        using (var database = new SqliteDatabase(file))
            database.Migrate();
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        connection.Execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
        connection.Execute("""
            INSERT INTO servers (id, name, project_id, user_id, image_id, flavor, vm_state, created_at, updated_at)
            VALUES ('b', 'b', 'p', 'u', 'i', '{}', 'active', '', '')
            """);
        var commands = Transactions.Select(sql => Prepare(connection, sql)).ToList();
        var clock = Stopwatch.StartNew();
        var number = 0L;
        while (clock.Elapsed < duration)
        {
            number++;
            foreach (var command in commands)
                Commit(connection, command, number);
        }
        commands.ForEach(command => command.Dispose());
        return number / clock.Elapsed.TotalSeconds;
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.Add("@number", SqliteType.Integer);
        command.Parameters.AddWithValue("@server", Guid.NewGuid().ToByteArray());
        command.Parameters.AddWithValue("@owner", Guid.NewGuid().ToByteArray());
        command.Parameters.AddWithValue("@time", 1_767_225_600_000_000);
        command.Parameters.AddWithValue("@text", "2026-01-01T00:00:00.000000");
        return command;
    }

    private static void Commit(SqliteConnection connection, SqliteCommand command, long number)
    {
        using var transaction = connection.BeginTransaction();
        command.Transaction = transaction;
        command.Parameters["@number"].Value = number;
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
