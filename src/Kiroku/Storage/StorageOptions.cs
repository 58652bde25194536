namespace Kiroku.Storage;

/// <summary>Settings of the store, and of the space to leave free on disks.</summary>
internal sealed record StorageOptions
{
    public const string Section = "Storage";
    public const long LeastBallast = 4 * 1024 * 1024;
    public const long MostBallast = 1024 * 1024 * 1024;

    public const string Wanted = "Storage:Database is to be a connection to PostgreSQL, as in "
        + "Host=127.0.0.1;Database=kiroku;Username=kiroku;Password=...";

    /// <summary>
    /// A PostgreSQL connection string in Npgsql's keywords; without one, rows are kept in a file in the data folder.
    /// The command line's <c>--database</c> takes precedence. Set it as <c>KIROKU_Storage__Database</c> if it holds a
    /// password.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>
    /// Bytes that images and disks leave free on each file system, 0 for none. By default a twentieth of the file
    /// system, at most 1 GiB.
    /// </summary>
    public long? Reserve { get; init; }

    /// <summary>
    /// Bytes kept in the store's own file for when its disk is full: 4194304 to 1073741824, or 0 for none. The file
    /// and its log each grow by that much. Not used with PostgreSQL.
    /// </summary>
    public long Ballast { get; init; } = 16 * 1024 * 1024;
}
