namespace Kiroku.Storage;

/// <summary>Where rows are kept, and how much room is left on disks.</summary>
internal sealed record StorageOptions
{
    public const string Section = "Storage";
    public const long LeastBallast = 4 * 1024 * 1024;
    public const long MostBallast = 1024 * 1024 * 1024;

    public const string Wanted = "Storage:Database is to be a connection to PostgreSQL, as in "
        + "Host=127.0.0.1;Database=kiroku;Username=kiroku;Password=...";

    /// <summary>
    /// A connection to PostgreSQL in Npgsql's keywords; without one rows are kept in a file of the data folder. The
    /// command line's <c>--database</c> wins. Set it as <c>KIROKU_Storage__Database</c> where it holds a password.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>
    /// Bytes that images and disks leave free on each file system, 0 for none; without a value a twentieth of it, at
    /// most 1 GiB.
    /// </summary>
    public long? Reserve { get; init; }

    /// <summary>
    /// Bytes kept aside in the store's own file for when its disk is full: 4194304 to 1073741824, or 0 for none. The
    /// file and its log are each larger by that. Not used with PostgreSQL.
    /// </summary>
    public long Ballast { get; init; } = 16 * 1024 * 1024;
}
