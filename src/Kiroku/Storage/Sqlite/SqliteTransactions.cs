using Dapper;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>Ends a transaction that failed.</summary>
internal static class SqliteTransactions
{
    public static void RollBack(this SqliteConnection connection)
    {
        try
        {
            connection.Execute("ROLLBACK TRANSACTION");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full.
        }
    }
}
