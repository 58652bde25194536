using Kiroku.Storage.Postgres;
using Npgsql;

namespace Kiroku.Bench;

/// <summary>Writes the rows of a stop with pgbench, in the same transactions with the same updates and
/// inserts.</summary>
internal static class PlainPostgres
{
    /// <summary>Selects one ended action by its key.</summary>
    public static string Select(long actions) => $"\\set id random(1, {actions})\nSELECT * FROM actions WHERE id = :id;\n";

    /// <summary>Writes one record. Each connection has its own server.</summary>
    public const string Record = """
        BEGIN ISOLATION LEVEL REPEATABLE READ;
        UPDATE servers SET running_action = 'req-00000000-0000-0000-0000-000000000000', epoch = epoch + 1, task_state = 'powering-off',
            updated_at = '2026-01-01T00:00:00.000000' WHERE id = 'b' || :client_id::text;
        INSERT INTO actions (server_id, request_id, action, user_id, project_id, start_time, updated_at, outcome)
            VALUES ('b' || :client_id::text, 'req-' || gen_random_uuid(), 'stop', '0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef',
            '2026-01-01T00:00:00.000000', '2026-01-01T00:00:00.000000', 'running') RETURNING id AS action \gset
        COMMIT;
        BEGIN ISOLATION LEVEL REPEATABLE READ;
        UPDATE servers SET epoch = epoch WHERE id = 'b' || :client_id::text;
        UPDATE servers SET task_state = 'powering-off', updated_at = '2026-01-01T00:00:00.100000' WHERE id = 'b' || :client_id::text;
        INSERT INTO action_events (action_id, event, attempt, start_time, host)
            VALUES (:action, 'compute_stop_instance', 1, '2026-01-01T00:00:00.100000', 'bench') RETURNING id AS event \gset
        UPDATE actions SET updated_at = '2026-01-01T00:00:00.100000' WHERE id = :action;
        COMMIT;
        BEGIN ISOLATION LEVEL REPEATABLE READ;
        UPDATE servers SET epoch = epoch WHERE id = 'b' || :client_id::text;
        UPDATE action_events SET finish_time = '2026-01-01T00:00:00.200000', result = 'Success' WHERE id = :event;
        UPDATE actions SET updated_at = '2026-01-01T00:00:00.200000' WHERE id = :action;
        COMMIT;
        BEGIN ISOLATION LEVEL REPEATABLE READ;
        UPDATE servers SET epoch = epoch WHERE id = 'b' || :client_id::text;
        UPDATE actions SET outcome = 'succeeded', finish_time = '2026-01-01T00:00:00.300000', updated_at = '2026-01-01T00:00:00.300000' WHERE id = :action;
        UPDATE servers SET running_action = NULL, task_state = NULL, vm_state = 'stopped', power_state = 4, updated_at = '2026-01-01T00:00:00.300000'
            WHERE id = 'b' || :client_id::text;
        COMMIT;

        """;

    /// <summary>Creates the service's tables, and the servers that the records belong to.</summary>
    public static async Task PrepareAsync(string connectionString, int servers)
    {
        using (var database = new PostgresDatabase(connectionString))
            database.Migrate();
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var insert = source.CreateCommand($$"""
            INSERT INTO servers (id, name, project_id, user_id, image_id, flavor, vm_state, created_at, updated_at)
            SELECT 'b' || n, 'b', 'p', 'u', 'i', '{}', 'active', '', '' FROM generate_series(0, {{servers - 1}}) n
            """);
        await insert.ExecuteNonQueryAsync();
    }
}
