using Kiroku.Storage.Postgres;
using Npgsql;

namespace Kiroku.Bench;

/// <summary>Writes the rows of a stop with pgbench, in the same transactions with the same updates and
/// inserts.</summary>
internal static class PlainPostgres
{
    /// <summary>Selects one ended action by its key.</summary>
    public static string Select(long actions) => $"\\set id random(1, {actions})\nSELECT * FROM records WHERE id = :id;\n";

    /// <summary>Writes one record. Each connection has its own server.</summary>
    public const string Record = """
        BEGIN ISOLATION LEVEL REPEATABLE READ;
        UPDATE servers SET running_action = 'req-00000000-0000-0000-0000-000000000000', epoch = epoch + 1, task_state = 'powering-off',
            updated_at = '2026-01-01T00:00:00.000000' WHERE id = 'b' || :client_id::text;
        INSERT INTO records (server, request, action, user_id, project_id, started, changed, outcome, failing, resting, attempts, position)
            VALUES (uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()), 'stop', '\x0123456789abcdef0123456789abcdef',
            '\x0123456789abcdef0123456789abcdef', 1767225600000000, 1767225600000000, 0, 0, 0, '[]', next_position()) RETURNING id AS action \gset
        COMMIT;
        WITH held AS (UPDATE servers SET task_state = 'powering-off', updated_at = '2026-01-01T00:00:00.100000' WHERE id = 'b' || :client_id::text RETURNING id)
            UPDATE records SET changed = 1767225600100000, failing = 0, resting = 0, attempts = '[["",100000,null,null,"bench"]]',
            position = next_position() WHERE id = :action AND EXISTS (SELECT 1 FROM held);
        WITH held AS (SELECT id FROM servers WHERE id = 'b' || :client_id::text FOR UPDATE)
            UPDATE records SET changed = 1767225600200000, failing = 0, resting = 0, attempts = '[["",100000,600000,"S","bench"]]',
            position = next_position() WHERE id = :action AND EXISTS (SELECT 1 FROM held);
        WITH held AS (UPDATE servers SET running_action = NULL, task_state = NULL, vm_state = 'stopped', power_state = 4,
                updated_at = '2026-01-01T00:00:00.300000' WHERE id = 'b' || :client_id::text RETURNING id)
            UPDATE records SET changed = 1767225600300000, failing = 0, resting = 0, attempts = '[["",100000,600000,"S","bench"]]',
            position = next_position(), outcome = 1, arguments = NULL WHERE id = :action AND EXISTS (SELECT 1 FROM held);

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
