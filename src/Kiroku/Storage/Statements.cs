using System.Data.Common;

namespace Kiroku.Storage;

/// <summary>A connection that keeps its prepared statements for the next time.</summary>
internal interface IKeepsStatements
{
    /// <summary>The prepared command with that text. The connection owns it.</summary>
    DbCommand Statement(string sql);
}

/// <summary>
/// Runs the queries where each microsecond counts: prepared once for each connection and read value by value. All
/// other queries use Dapper.
/// </summary>
internal static class Statements
{
    /// <param name="connection">A connection that keeps its statements, or any other.</param>
    /// <param name="sql">Constant text with parameters @0, @1 and so on.</param>
    /// <param name="values">The parameters' values: strings, bytes and whole numbers, and arrays of them where
    /// the store is PostgreSQL.</param>
    /// <param name="read">Reads the rows.</param>
    public static async Task<T> ReadAsync<T>(
        this DbConnection connection, string sql, object[] values, Func<DbDataReader, Task<T>> read)
    {
        if (connection is IKeepsStatements keeper)
            return await ReadAsync(keeper.Statement(sql), values, read);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await ReadAsync(command, values, read);
    }

    private static async Task<T> ReadAsync<T>(DbCommand command, object[] values, Func<DbDataReader, Task<T>> read)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (command.Parameters.Count == i)
                command.Parameters.Add(NewParameter(command, i));
            command.Parameters[i].Value = values[i];
        }
        await using var reader = await command.ExecuteReaderAsync();
        return await read(reader);
    }

    private static DbParameter NewParameter(DbCommand command, int index)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = $"@{index}";
        return parameter;
    }
}
