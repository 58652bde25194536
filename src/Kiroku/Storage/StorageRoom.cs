using Kiroku.Storage.Postgres;
using Kiroku.Storage.Sqlite;
using Microsoft.Extensions.Options;

namespace Kiroku.Storage;

/// <summary>Puts the store together.</summary>
internal static class StorageRoom
{
    public static void AddStorage(this IServiceCollection services, ServiceSettings settings)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section)
            .Configure(o => o.Database = settings.Database ?? o.Database)
            .Validate(o => o.Database is null || PostgresConnection.Check(o.Database) is null, StorageOptions.Wanted)
            .Validate(o => o.Reserve is null or >= 0, "Storage:Reserve is to be a number of bytes, 0 for none.")
            .Validate(o => o.Ballast is 0 or (>= StorageOptions.LeastBallast and <= StorageOptions.MostBallast),
                "Storage:Ballast is to be 4194304 to 1073741824 bytes, or 0 for none.")
            .ValidateOnStart();
        services.AddSingleton(
            provider => new DiskReserve(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Reserve));
        services.AddSingleton<IDatabase>(provider =>
        {
            var database = Open(
                provider.GetRequiredService<IOptions<StorageOptions>>().Value, settings,
                provider.GetRequiredService<ILogger<SqliteBallast>>());
            database.Migrate();
            return new MeasuredDatabase(database, provider.GetRequiredService<StoreMeters>());
        });
        services.AddSingleton<StoreMeters>();
        services.AddSingleton(new StoreTime(TimeProvider.System));
        services.AddSingleton<TimeProvider>(
            provider => provider.GetRequiredService<IOptions<StorageOptions>>().Value.Database is null
            ? TimeProvider.System
            : provider.GetRequiredService<StoreTime>());
        services.AddHostedService<PostgresClock>();
        services.AddHostedService<StoreKeeper>();
        services.AddSingleton(provider => OpenAside(
            provider.GetRequiredService<IDatabase>(),
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.Database));
    }

    /// <summary>Finds the store's connection string before the service is put together.</summary>
    /// <exception cref="OptionsValidationException">The text is not a connection string.</exception>
    public static string? FindDatabase(IConfiguration configuration, ServiceSettings settings)
    {
        var database = settings.Database
            ?? configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.Database)}"];
        return database is null || PostgresConnection.Check(database) is null
            ? database
            : throw new OptionsValidationException(
                StorageOptions.Section, typeof(StorageOptions), [StorageOptions.Wanted]);
    }

    private static SideDatabase OpenAside(IDatabase main, string? shared)
    {
        if (shared is null)
            return new SideDatabase(main);
        var aside = new PostgresDatabase(new PostgresConnection(shared).Aside);
        return new SideDatabase(aside, aside);
    }

    private static IDatabase Open(StorageOptions options, ServiceSettings settings, ILogger logger)
        => options.Database is { } shared
            ? new PostgresDatabase(shared)
            : new SqliteDatabase(
                settings.DatabaseFile, new SqliteBallast(settings.DatabaseFile, options.Ballast, logger));
}
