using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// Which of PostgreSQL's errors mean that the store itself is in trouble, that a write met another, or neither.
/// </summary>
internal static class PostgresFailures
{
    private const string IdleInTransaction = "25P03";

    /// <summary>The error as a <see cref="StorageException"/>, or itself if it is about the statement.</summary>
    public static Exception Translate(NpgsqlException e) => e is PostgresException said
        ? Classify(said.SqlState) is { } message ? new StorageException($"{message}: {said.MessageText}.", e) : e
        : new StorageException($"The store is not to be reached: {(e.InnerException ?? e).Message}", e);

    /// <summary>Whether the write met another one and is to be tried again: then it sees what that one wrote.</summary>
    public static bool IsCollision(PostgresException e) => e.SqlState
        is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation;

    /// <summary>
    /// Whether a statement was prepared before a newer node changed its table, so that it would answer with other
    /// columns. It is prepared anew the next time; each of a connection's statements says so once.
    /// </summary>
    public static bool IsOfOldSchema(PostgresException e)
        => e is { SqlState: PostgresErrorCodes.FeatureNotSupported, Routine: "RevalidateCachedQuery" };

    /// <summary>Whether the server went away, or was about to: at a commit this leaves open if it took place.</summary>
    public static bool IsLostConnection(NpgsqlException e)
        => e is not PostgresException said || said.SqlState[..2] is "08" or "57" or "58" or "XX"
            || said.SqlState == IdleInTransaction;

    /// <summary>Classes of errors as in PostgreSQL's appendix A.</summary>
    private static string? Classify(string state) => state switch
    {
        PostgresErrorCodes.DiskFull => "The store's disk is full",
        PostgresErrorCodes.TooManyConnections => "The store has no connection left",
        PostgresErrorCodes.ReadOnlySqlTransaction => "The store cannot be written to",
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => "The store is busy",
        IdleInTransaction => "The store waited too long for this process",
        _ => state[..2] switch
        {
            "08" or "57" => "The store is not to be reached",
            "28" or "3D" => "The store does not let this service in",
            "53" => "The store lacks resources",
            "58" or "XX" => "The store fails",
            _ => null,
        },
    };
}
