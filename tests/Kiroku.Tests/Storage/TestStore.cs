using System.Security.Cryptography;
using System.Text;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Storage.Sqlite;

namespace Kiroku.Tests.Storage;

/// <summary>
/// The store of a test's service: SQLite, or with KIROKU_STORE=postgres a PostgreSQL database of its own.
/// </summary>
internal static class TestStore
{
    public static bool IsShared => Environment.GetEnvironmentVariable("KIROKU_STORE") == "postgres";

    /// <summary>The store of a data folder; not yet migrated.</summary>
    public static IDatabase Open(string folder)
        => Connection(folder) is { } connection
            ? new PostgresDatabase(connection) : new SqliteDatabase(Path.Combine(folder, "kiroku.db"));

    /// <summary>The connection string to give to a service; null for SQLite.</summary>
    public static string? Connection(string folder)
    {
        if (!IsShared)
            return null;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..30];
        return Task.Run(() => PostgresServer.CreateDatabaseAsync($"f{name}")).GetAwaiter().GetResult();
    }
}
