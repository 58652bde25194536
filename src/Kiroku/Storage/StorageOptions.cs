namespace Kiroku.Storage;

/// <summary>Where rows are kept.</summary>
internal sealed record StorageOptions
{
    public const string Section = "Storage";
    public const long LeastBallast = 4 * 1024 * 1024;
    public const long MostBallast = 1024 * 1024 * 1024;

    public const string Wanted = "Storage:Database is to be a connection to PostgreSQL, as in Host=127.0.0.1;Database=kiroku;Username=kiroku;Password=...";

    /// <summary>A connection to PostgreSQL in Npgsql's keywords; null keeps rows in a file of the data folder.</summary>
    public string? Database { get; set; }

    /// <summary>Bytes that images and disks leave free on each file system; null for a twentieth of it, at most 1 GiB.</summary>
    public long? Reserve { get; init; }

    /// <summary>Bytes that the embedded store keeps aside in its file, for what has to be written when its disk is full.</summary>
    public long Ballast { get; init; } = 16 * 1024 * 1024;
}
