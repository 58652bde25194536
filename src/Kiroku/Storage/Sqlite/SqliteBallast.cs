using Dapper;
using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>
/// The ballast: a row of zeros that keeps room in the store's own file. When the disk is nearly full, the row is
/// deleted, and urgent writes such as deletions use its pages. The log keeps its length too, because the zeros passed
/// through it. Other programs that fill the disk cannot take this room. Only the writer's thread uses this class.
/// </summary>
internal sealed partial class SqliteBallast(string file, long bytes, ILogger logger)
{
    private const string Table = "CREATE TABLE IF NOT EXISTS ballast (content BLOB NOT NULL)";

    /// <summary>
    /// The ballast is given up when less than this fraction of it is free, which must be enough for the log and the
    /// file to grow meanwhile.
    /// </summary>
    private const int Nearly = 4;

    /// <summary>The file and its log each grow by the ballast.</summary>
    private const int Places = 2;

    private readonly string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
    private volatile bool isGivenUp;
    private bool isLaid;
    private bool isEmpty;
    private long failedAt = long.MinValue;

    public bool IsGivenUp => isGivenUp;

    /// <summary>Gives the ballast up or lays it again, depending on free space. Called between two
    /// transactions.</summary>
    public void Keep(SqliteConnection connection)
    {
        if (bytes == 0 || Measure() is not { } free)
            return;
        if (free < bytes / Nearly)
            GiveUp(connection, free);
        else if (!isLaid && free >= (Places * bytes) + (bytes / Nearly) && !HasJustFailed())
            Lay(connection);
    }

    /// <summary>Free bytes; null if they are unknown, in which case the store goes on writing.</summary>
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

    /// <summary>Runs at each start, because the log of that length is deleted when the previous process
    /// ends.</summary>
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
    /// Whether the ballast could not be laid within the last minute, for instance because the account's quota is
    /// smaller than the free space.
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
        "The store's disk is full but for {Free} bytes. The store uses its ballast; until there is room again only "
            + "deletions are accepted")]
    private partial void LogGivenUp(long free);

    [LoggerMessage(LogLevel.Information, "The store's disk has room again, and all requests are accepted")]
    private partial void LogLaid();

    [LoggerMessage(LogLevel.Warning, "The store's ballast could not be changed")]
    private partial void LogFailed(Exception exception);
}
