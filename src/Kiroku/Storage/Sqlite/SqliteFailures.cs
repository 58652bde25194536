using Microsoft.Data.Sqlite;

namespace Kiroku.Storage.Sqlite;

/// <summary>Classifies SQLite's errors, and describes those where the store itself has failed.</summary>
internal static class SqliteFailures
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The error as a <see cref="StorageException"/>; unchanged if the statement caused it.</summary>
    public static Exception Translate(SqliteException e) => e.SqliteErrorCode switch
    {
        Busy or Locked => new StorageException("The store is busy.", e),
        ReadOnly => new StorageException("The store cannot be written to.", e),
        InputOutput => new StorageException("The store's disk fails or is full.", e),
        Corrupt or NotADatabase => new StorageException("The store's file is damaged.", e),
        Full => new StorageException("The store's disk is full.", e),
        CannotOpen => new StorageException("The store's file cannot be opened.", e),
        _ => e,
    };
}
