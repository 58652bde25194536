using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>
/// A connection that keeps prepared statements, because preparing costs more than running most of them.
/// </summary>
internal class SqliteKeeper(string connectionString) : SqliteConnection(connectionString), IKeepsStatements
{
    /// <summary>More texts than the program has, but for those that name ids.</summary>
    private const int Most = 256;

    private readonly Dictionary<string, SqliteCommand> kept = new(StringComparer.Ordinal);

    /// <summary>How many statements it keeps.</summary>
    internal int Kept => kept.Count;

    public DbCommand Statement(string sql)
    {
        if (kept.TryGetValue(sql, out var command))
            return command;
        if (kept.Count == Most)
            Forget();
        command = CreateCommand();
        command.CommandText = sql;
        return kept[sql] = command;
    }

    /// <summary>Prepares a statement anew next time, because it failed.</summary>
    public void Forget(string sql)
    {
        if (kept.Remove(sql, out var command))
            command.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        Forget();
        base.Dispose(disposing);
    }

    private void Forget()
    {
        foreach (var command in kept.Values)
            command.Dispose();
        kept.Clear();
    }
}

/// <summary>
/// The same for every command, as Dapper makes them: one whose text is known runs the statement that is kept. It is the
/// writer's alone, because statements take memory and there are many readers.
/// </summary>
internal sealed class SqliteKeepingAll(string connectionString) : SqliteKeeper(connectionString)
{
    protected override DbCommand CreateDbCommand() => new SqliteStatement(this);
}

/// <summary>A command that runs the statement which its connection keeps for its text.</summary>
internal sealed class SqliteStatement(SqliteKeeper keeper) : DbCommand
{
    private readonly SqliteParameterCollection parameters = new SqliteCommand().Parameters;

    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override int CommandTimeout { get; set; } = 30;

    public override CommandType CommandType { get; set; } = CommandType.Text;

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get; set; } = keeper;

    protected override DbParameterCollection DbParameterCollection => parameters;

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel()
    {
    }

    public override void Prepare()
    {
    }

    public override int ExecuteNonQuery() => Run(command => command.ExecuteNonQuery());

    public override object? ExecuteScalar() => Run(command => command.ExecuteScalar());

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        => Run(command => command.ExecuteReader(behavior));

    protected override DbParameter CreateDbParameter() => new SqliteParameter();

    private T Run<T>(Func<DbCommand, T> run)
    {
        var command = keeper.Statement(CommandText);
        command.CommandTimeout = CommandTimeout;
        command.Parameters.Clear();
        foreach (SqliteParameter parameter in parameters)
            command.Parameters.Add(parameter);
        try
        {
            return run(command);
        }
        catch (SqliteException)
        {
            keeper.Forget(CommandText);
            throw;
        }
    }
}
