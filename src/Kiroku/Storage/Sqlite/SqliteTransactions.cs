using Dapper;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>Rolls back failed transactions.</summary>
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
            // SQLite has already rolled back by itself, as it does when the disk is full.
        }
    }
}
