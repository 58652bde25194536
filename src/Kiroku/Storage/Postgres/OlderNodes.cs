using System.Diagnostics;
using Dapper;
using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// Nodes of a version that cannot work beside this one: since migration 0035 the record has another form, in which they
/// would not find their actions, and since 0041 they would not say how far an action is that may be cancelled.
/// </summary>
internal static class OlderNodes
{
    /// <summary>Nodes that have neither left nor been silent for long, as long as the migration is to come.</summary>
    private const string Running = """
        SELECT string_agg(name, ', ' ORDER BY name) FROM nodes
        WHERE silo IS NOT NULL AND seen_at::timestamp AT TIME ZONE 'UTC' > now() - INTERVAL '10 seconds'
            AND NOT EXISTS (SELECT 1 FROM schemaversions WHERE scriptname LIKE '%.0041-cancelled.sql')
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits a moment for nodes that ended without saying so.</summary>
    /// <exception cref="StorageException">Nodes of an earlier version still run.</exception>
    public static async Task WaitForEndAsync(NpgsqlConnection connection)
    {
        if (!await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('nodes') IS NOT NULL"))
            return;
        var began = Stopwatch.GetTimestamp();
        while (await connection.ExecuteScalarAsync<string?>(Running) is { } names)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new StorageException(
                    $"Nodes of an earlier version run on this store: {names}. This version keeps the record in a form "
                    + "that they cannot read, so stop them all, and start this one then.");
            await Task.Delay(Pause);
        }
    }
}
