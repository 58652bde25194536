using Kiroku.Storage.Sqlite;

namespace Kiroku.Storage;

/// <summary>Puts the store together.</summary>
internal static class StorageRoom
{
    public static void AddStorage(this IServiceCollection services, ServiceSettings settings)
        => services.AddSingleton<IDatabase>(_ =>
        {
            var database = new SqliteDatabase(settings.DatabaseFile);
            database.Migrate();
            return database;
        });
}
