using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>The functions of our statements that a PostgreSQL store has as its own (its migrations).</summary>
internal static class SqliteFunctions
{
    /// <summary>server_key(id): a server's id as the record's rows hold it.</summary>
    public static void Add(SqliteConnection connection)
        => connection.CreateFunction(
            "server_key", (string id) => Guid.Parse(id).ToByteArray(bigEndian: true), isDeterministic: true);

    /// <summary>next_position(): the position in the feed of what is written.</summary>
    public static void Add(SqliteConnection connection, SqlitePositions positions)
    {
        Add(connection);
        connection.CreateFunction("next_position", positions.Next);
    }
}
