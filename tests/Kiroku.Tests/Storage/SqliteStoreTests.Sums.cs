using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kiroku.Tests.Storage;

/// <summary>What the tests of sums and addresses must know of SQLite.</summary>
public sealed partial class SqliteStoreTests
{
    private protected override string[] ForgetSums =>
    [
        .. new[] { "insert", "update", "delete" }.SelectMany(change => new[]
        {
            $"DROP TRIGGER servers_host_sums_{change}", $"DROP TRIGGER servers_project_sums_{change}",
        }),
        "DROP TABLE host_sums", "DROP TABLE project_sums",
        "DELETE FROM SchemaVersions WHERE ScriptName LIKE '%.0036-sums.sql'",
    ];

    private protected override string[] ForgetAddresses =>
    [
        .. new[] { "insert", "update", "delete" }.Select(change => $"DROP TRIGGER servers_addresses_{change}"),
        "DROP TABLE server_addresses", "DROP INDEX servers_of_project_by_id", "DROP INDEX servers_by_end",
        "DELETE FROM SchemaVersions WHERE ScriptName LIKE '%.0048-server-addresses.sql'",
    ];

    /// <summary>Counts the steps that SQLite takes, of which each row that it reads needs some.</summary>
    private protected override async Task<long> CountReadAsync(DbConnection connection, Func<Task> read)
    {
        var steps = 0L;
        var handle = ((SqliteConnection)connection).Handle;
        raw.sqlite3_progress_handler(handle, 1, _ =>
        {
            steps++;
            return 0;
        }, null);
        await read();
        raw.sqlite3_progress_handler(handle, 0, null, null);
        return steps;
    }
}
