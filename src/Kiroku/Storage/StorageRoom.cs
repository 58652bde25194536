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
            .Validate(o => o.Database is null || PostgresConnection.Check(o.Database) is null, StorageOptions.Wanted);
        services.AddSingleton(provider =>
        {
            var database = Open(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Database, settings);
            database.Migrate();
            return database;
        });
        services.AddSingleton(new StoreTime(TimeProvider.System));
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<IOptions<StorageOptions>>().Value.Database is null
            ? TimeProvider.System
            : provider.GetRequiredService<StoreTime>());
        services.AddHostedService<PostgresClock>();
        services.AddSingleton(provider => SideDatabase.Of(
            provider.GetRequiredService<IDatabase>(), provider.GetRequiredService<IOptions<StorageOptions>>().Value.Database));
    }

    private static IDatabase Open(string? shared, ServiceSettings settings)
        => shared is null ? new SqliteDatabase(settings.DatabaseFile) : new PostgresDatabase(shared);
}
