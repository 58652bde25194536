namespace Kiroku.Storage;

/// <summary>Where rows are kept.</summary>
internal sealed record StorageOptions
{
    public const string Section = "Storage";

    public const string Wanted = "Storage:Database is to be a connection to PostgreSQL, as in Host=127.0.0.1;Database=kiroku;Username=kiroku;Password=...";

    /// <summary>A connection to PostgreSQL in Npgsql's keywords; null keeps rows in a file of the data folder.</summary>
    public string? Database { get; set; }
}
