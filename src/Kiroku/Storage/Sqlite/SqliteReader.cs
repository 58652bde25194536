using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>A read-only connection. It is kept open with its prepared statements.</summary>
internal sealed class SqliteReader : SqliteKeeper
{
    private SqliteReader(string connectionString)
        : base(connectionString)
    {
    }

    /// <summary>Whether SQLite has reported an error, after which the connection's state is uncertain.</summary>
    public bool Failed { get; private set; }

    public static SqliteReader Open(string connectionString)
    {
        var reader = new SqliteReader(connectionString);
        reader.Open();
        reader.Execute("PRAGMA query_only=ON; PRAGMA foreign_keys=ON");
        SqliteFunctions.Add(reader);
        return reader;
    }

    /// <summary>Runs a read in one transaction, so that several queries see the same state.</summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read)
    {
        try
        {
            Statement("BEGIN TRANSACTION").ExecuteNonQuery();
            try
            {
                return await read(this);
            }
            finally
            {
                Statement("ROLLBACK TRANSACTION").ExecuteNonQuery();
            }
        }
        catch (SqliteException)
        {
            Failed = true;
            throw;
        }
    }
}
