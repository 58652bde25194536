using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// Classifies PostgreSQL's errors: the store itself has failed, a write conflicted with another, or neither.
/// </summary>
internal static class PostgresFailures
{
    private const string IdleInTransaction = "25P03";

    /// <summary>The error as a <see cref="StorageException"/>; unchanged if the statement caused it.</summary>
    public static Exception Translate(NpgsqlException e) => e is PostgresException said
        ? Classify(said.SqlState) is { } message ? new StorageException($"{message}: {said.MessageText}.", e) : e
        : new StorageException($"The store cannot be reached: {(e.InnerException ?? e).Message}", e);

    /// <summary>Whether the write conflicted with another one and must be repeated to see what that one
    /// wrote.</summary>
    public static bool IsCollision(PostgresException e) => e.SqlState
        is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation;

    /// <summary>
    /// Whether a statement was prepared before a newer node changed its table, and so would return other columns.
    /// Npgsql prepares it again the next time. Each prepared statement of a connection fails this way once.
    /// </summary>
    public static bool IsOfOldSchema(PostgresException e)
        => e is { SqlState: PostgresErrorCodes.FeatureNotSupported, Routine: "RevalidateCachedQuery" };

    /// <summary>Whether the server went away or is about to. During a commit this leaves open whether it took
    /// place.</summary>
    public static bool IsLostConnection(NpgsqlException e)
        => e is not PostgresException said || said.SqlState[..2] is "08" or "57" or "58" or "XX"
            || said.SqlState == IdleInTransaction;

    /// <summary>Error classes of PostgreSQL's appendix A.</summary>
    private static string? Classify(string state) => state switch
    {
        PostgresErrorCodes.DiskFull => "The store's disk is full",
        PostgresErrorCodes.TooManyConnections => "The store has no connection left",
        PostgresErrorCodes.ReadOnlySqlTransaction => "The store cannot be written to",
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => "The store is busy",
        IdleInTransaction => "The store waited too long for this process",
        _ => state[..2] switch
        {
            "08" or "57" => "The store cannot be reached",
            "28" or "3D" => "The store does not let this service in",
            "53" => "The store lacks resources",
            "58" or "XX" => "The store fails",
            _ => null,
        },
    };
}
