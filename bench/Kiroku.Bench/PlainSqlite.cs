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
        INSERT INTO actions (server_id, request_id, action, user_id, project_id, start_time, updated_at, outcome)
        VALUES ('b', 'req-00000000-0000-0000-0000-' || @number, 'stop', @id, @id, @time, @time, 'running');
        UPDATE servers SET running_action = 'req', epoch = epoch + 1, task_state = 'powering-off', updated_at = @time WHERE id = 'b'
        """,
        """
        INSERT INTO action_events (action_id, event, attempt, start_time, host) VALUES (@number, 'compute_stop_instance', 1, @time, 'bench');
        UPDATE actions SET updated_at = @time WHERE id = @number
        """,
        """
        UPDATE action_events SET finish_time = @time, result = 'Success' WHERE action_id = @number;
        UPDATE actions SET updated_at = @time WHERE id = @number
        """,
        """
        UPDATE actions SET outcome = 'succeeded', finish_time = @time, updated_at = @time WHERE id = @number;
        UPDATE servers SET running_action = NULL, task_state = NULL, vm_state = 'stopped', power_state = 4, updated_at = @time WHERE id = 'b'
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
        command.Parameters.AddWithValue("@id", "0123456789abcdef0123456789abcdef");
        command.Parameters.AddWithValue("@time", "2026-01-01T00:00:00.000000");
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
