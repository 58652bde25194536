using Kiroku.Storage;
using Kiroku.Storage.Postgres;

namespace Kiroku.Tests.Storage;

public sealed class PostgresStoreTests : StoreConformance, IAsyncLifetime
{
    private string connectionString = "";
    private PostgresDatabase? database;

    public async ValueTask InitializeAsync() => connectionString = await PostgresServer.CreateDatabaseAsync();

    private protected override IDatabase Open() => database = new PostgresDatabase(connectionString);

    private protected override string NoteNewerMigration
        => "INSERT INTO schemaversions (scriptname, applied) VALUES ('Kiroku.Storage.Postgres.Migrations.9999-future.sql', '2099-01-01')";

    /// <summary>PostgreSQL refuses U+0000.</summary>
    private protected override string Kept(string text) => text.Replace('\0', '\u2400');

    public override void Dispose() => database?.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
