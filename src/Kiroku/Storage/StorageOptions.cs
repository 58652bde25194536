using Kiroku.Storage.Postgres;
using Microsoft.Extensions.Options;

namespace Kiroku.Storage;

/// <summary>Where rows are kept.</summary>
internal sealed record StorageOptions
{
    public const string Section = "Storage";

    public const string Wanted = "Storage:Database is to be a connection to PostgreSQL, as in Host=127.0.0.1;Database=kiroku;Username=kiroku;Password=...";

    /// <summary>A connection to PostgreSQL in Npgsql's keywords; null keeps rows in a file of the data folder.</summary>
    public string? Database { get; set; }

    /// <summary>Where rows are to be kept, for whoever has to know before the service is put together.</summary>
    /// <exception cref="OptionsValidationException">It is no connection.</exception>
    public static string? FindDatabase(IConfiguration configuration, ServiceSettings settings)
    {
        var database = settings.Database ?? configuration[$"{Section}:{nameof(Database)}"];
        return database is null || PostgresConnection.Check(database) is null
            ? database
            : throw new OptionsValidationException(Section, typeof(StorageOptions), [Wanted]);
    }
}
