using Dapper;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>
/// Room in the store's own file, held by a row of zeros and given up when the disk is nearly full: what then has to be
/// written, such as a deletion, fits into pages that the file has already. The log beside it keeps its length, too, as
/// the zeros went through it. Whatever else fills the disk to the last byte, none of this can be taken. For the
/// writer's thread alone.
/// </summary>
internal sealed partial class SqliteBallast(string file, long bytes, ILogger logger)
{
    private const string Table = "CREATE TABLE IF NOT EXISTS ballast (content BLOB NOT NULL)";

    /// <summary>
    /// So little is left when it is given up: what the log and the file grow by meanwhile has to fit.
    /// </summary>
    private const int Nearly = 4;

    /// <summary>The file and its log both grow by it.</summary>
    private const int Places = 2;

    private readonly string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
    private volatile bool isGivenUp;
    private bool isLaid;
    private bool isEmpty;
    private long failedAt = long.MinValue;

    public bool IsGivenUp => isGivenUp;

    /// <summary>Gives it up or has it again, as the disk is; between two transactions.</summary>
    public void Keep(SqliteConnection connection)
    {
        if (bytes == 0 || Measure() is not { } free)
            return;
        if (free < bytes / Nearly)
            GiveUp(connection, free);
        else if (!isLaid && free >= (Places * bytes) + (bytes / Nearly) && !HasJustFailed())
            Lay(connection);
    }

    /// <summary>What is free; null where nobody can say, which is no reason for the store not to write.</summary>
    private long? Measure()
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void GiveUp(SqliteConnection connection, long free)
    {
        if (!isGivenUp)
            LogGivenUp(free);
        isGivenUp = true;
        isLaid = false;
        isEmpty = isEmpty || Try(connection, $"{Table}; DELETE FROM ballast");
    }

    /// <summary>Anew at each start: the log that had its length is gone with the last process.</summary>
    private void Lay(SqliteConnection connection)
    {
        isLaid = Try(connection, $"""
            {Table};
            DELETE FROM ballast;
            INSERT INTO ballast (content) VALUES (zeroblob({bytes}))
            """);
        isEmpty = isEmpty && !isLaid;
        if (!isLaid)
            failedAt = Environment.TickCount64;
        if (!isLaid || !isGivenUp)
            return;
        isGivenUp = false;
        LogLaid();
    }

    /// <summary>
    /// Whether it could not be laid within this minute, as where an account's quota is less than the disk's room.
    /// </summary>
    private bool HasJustFailed() => failedAt != long.MinValue && Environment.TickCount64 - failedAt < 60_000;

    private bool Try(SqliteConnection connection, string sql)
    {
        try
        {
            connection.Execute($"BEGIN IMMEDIATE; {sql}; COMMIT TRANSACTION");
            return true;
        }
        catch (SqliteException e)
        {
            LogFailed(e);
            connection.RollBack();
            return false;
        }
    }

    [LoggerMessage(LogLevel.Critical,
        "The store's disk is full but for {Free} bytes. It lives on what it kept aside; until there is room again only "
            + "deleting is taken")]
    private partial void LogGivenUp(long free);

    [LoggerMessage(LogLevel.Information, "The store's disk has room again, and everything is taken")]
    private partial void LogLaid();

    [LoggerMessage(LogLevel.Warning, "What the store keeps aside could not be changed")]
    private partial void LogFailed(Exception exception);
}
