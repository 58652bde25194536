using System.Data.Common;
using Dapper;
using Kiroku.Storage.Postgres;
using Kiroku.Storage.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Kiroku.Storage.Copying;

/// <summary>Copies a SQLite store into an empty PostgreSQL one, in a single transaction.</summary>
internal sealed class StoreCopy(SqliteDatabase source, string destination)
{
    /// <summary>
    /// The tables, each after those that it refers to. The copy has a feed of its own, so "feed" stays.
    /// </summary>
    public static readonly IReadOnlyList<string> Tables =
    [
        "projects", "users", "roles", "role_assignments", "application_credentials", "application_credential_roles",
        "revoked_tokens", "sealing_keys",
        "known_addresses", "sign_in_links",
        "flavors", "flavor_access", "images", "image_members", "deleted_images", "keypairs", "quotas",
        "quota_classes", "services",
        "security_groups", "security_group_rules", "server_groups", "servers", "host_sums", "project_sums",
        "server_addresses",
        "earlier_actions",
        "earlier_action_events", "records",
        "kept_answers",
        "webhook_subscriptions", "webhook_deliveries", "webhook_feed",
        "nodes", "kept_volumes", "identity_changes", "forgotten_revocations",
    ];

    /// <returns>The number of rows copied into each table.</returns>
    /// <exception cref="StorageException">One of the stores cannot be read or written, or the destination is not
    /// empty.</exception>
    public async Task<IReadOnlyDictionary<string, long>> RunAsync(CancellationToken cancellationToken)
    {
        source.Migrate();
        using (var database = new PostgresDatabase(destination))
            database.Migrate();
        try
        {
            await using var connection = new NpgsqlConnection(new PostgresConnection(destination).ForCopy);
            await connection.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await RequireEmptyAsync(connection);
            // What triggers keep is copied as it stands. Sums counted row by row in one transaction become slower and
            // slower.
            const string Triggers = "ALTER TABLE servers {0} TRIGGER USER; ALTER TABLE records {0} TRIGGER USER";
            await connection.ExecuteAsync(Triggers.Replace("{0}", "DISABLE", StringComparison.Ordinal));
            var copied = await source.ReadAsync(
                from => CopyAsync(from, connection, cancellationToken), cancellationToken);
            await connection.ExecuteAsync(Triggers.Replace("{0}", "ENABLE", StringComparison.Ordinal));
            await transaction.CommitAsync(cancellationToken);
            return copied;
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Translate(e);
        }
    }

    private static async Task RequireEmptyAsync(NpgsqlConnection connection)
    {
        // Prevents writes meanwhile: a service that started now would create its first users.
        await connection.ExecuteAsync($"LOCK TABLE {string.Join(", ", Tables)} IN ACCESS EXCLUSIVE MODE");
        if (await connection.ExecuteScalarAsync<long>(
            "SELECT (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM servers)") > 0)
            throw new StorageException(
                "The destination holds users or servers already: only an empty store is copied into.");
        // A new store's initial rows may have been changed in the old store.
        await connection.ExecuteAsync("DELETE FROM flavors; DELETE FROM roles; DELETE FROM identity_changes");
    }

    private static async Task<IReadOnlyDictionary<string, long>> CopyAsync(
        DbConnection from, NpgsqlConnection to, CancellationToken cancellationToken)
    {
        var copied = new Dictionary<string, long>();
        foreach (var table in Tables)
        {
            var columns = await ColumnsAsync(to, table);
            copied[table] = await CopyTableAsync(from, to, (table, columns), cancellationToken);
            if (columns.TryGetValue("id", out var type) && type == NpgsqlDbType.Bigint)
                await to.ExecuteAsync(
                    $"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))");
        }
        // Actions that have not moved yet keep their ids when they do.
        await to.ExecuteAsync(
            """
            SELECT setval(pg_get_serial_sequence('records', 'id'),
                GREATEST((SELECT MAX(id) FROM records), (SELECT MAX(id) FROM earlier_actions)))
            """);
        return copied;
    }

    private static async Task<Dictionary<string, NpgsqlDbType>> ColumnsAsync(NpgsqlConnection connection, string table)
        => (await connection.QueryAsync<(string Name, string Type)>(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND "
                + "table_name = @table",
            new { table })).ToDictionary(column => column.Name, column => column.Type switch
            {
                "bigint" => NpgsqlDbType.Bigint,
                "smallint" => NpgsqlDbType.Smallint,
                "bytea" => NpgsqlDbType.Bytea,
                "double precision" => NpgsqlDbType.Double,
                "text" => NpgsqlDbType.Text,
                var other => throw new NotSupportedException($"{table}.{column.Name} is of the type {other}."),
            });

    private static async Task<long> CopyTableAsync(
        DbConnection from, NpgsqlConnection to, (string Name, Dictionary<string, NpgsqlDbType> Columns) table,
        CancellationToken cancellationToken)
    {
        var names = string.Join(", ", table.Columns.Keys);
        // What was done before the copy is not told in its feed.
        var values = string.Join(", ", table.Columns.Keys.Select(name => name == "position" ? "0" : name));
        await using var rows = await from.ExecuteReaderAsync($"SELECT {values} FROM {table.Name} ORDER BY rowid");
        await using var import = await to.BeginBinaryImportAsync(
            $"COPY {table.Name} ({names}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            await import.StartRowAsync(cancellationToken);
            foreach (var (i, type) in table.Columns.Values.Index())
                await WriteAsync(import, rows, (i, type), cancellationToken);
        }
        return (long)await import.CompleteAsync(cancellationToken);
    }

    private static Task WriteAsync(NpgsqlBinaryImporter import, DbDataReader rows, (int At, NpgsqlDbType Type) column,
        CancellationToken cancellationToken)
    {
        if (rows.IsDBNull(column.At))
            return import.WriteNullAsync(cancellationToken);
        return column.Type switch
        {
            NpgsqlDbType.Bigint => import.WriteAsync(rows.GetInt64(column.At), column.Type, cancellationToken),
            NpgsqlDbType.Smallint => import.WriteAsync(rows.GetInt16(column.At), column.Type, cancellationToken),
            NpgsqlDbType.Bytea
                => import.WriteAsync(rows.GetFieldValue<byte[]>(column.At), column.Type, cancellationToken),
            NpgsqlDbType.Double => import.WriteAsync(rows.GetDouble(column.At), column.Type, cancellationToken),
            _ => import.WriteAsync(PostgresText.Of(rows.GetString(column.At)), column.Type, cancellationToken),
        };
    }
}
