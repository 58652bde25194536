using System.Security.Cryptography;
using System.Text;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Storage.Sqlite;

namespace Kiroku.Tests.Storage;

/// <summary>
/// The store of a test's service: SQLite's, or with KIROKU_STORE=postgres a database of its own in PostgreSQL.
/// </summary>
internal static class TestStore
{
    public static bool IsShared => Environment.GetEnvironmentVariable("KIROKU_STORE") == "postgres";

    /// <summary>The store that belongs to a data folder; not yet migrated.</summary>
    public static IDatabase Open(string folder)
        => Connection(folder) is { } connection
            ? new PostgresDatabase(connection) : new SqliteDatabase(Path.Combine(folder, "kiroku.db"));

    /// <summary>The connection to name to a service; null leaves it with SQLite.</summary>
    public static string? Connection(string folder)
    {
        if (!IsShared)
            return null;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..30];
        return Task.Run(() => PostgresServer.CreateDatabaseAsync($"f{name}")).GetAwaiter().GetResult();
    }
}
