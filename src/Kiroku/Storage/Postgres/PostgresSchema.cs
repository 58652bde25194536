using System.Diagnostics;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>Brings the schema to this version: one node does, those that start beside it wait for it.</summary>
internal sealed class PostgresSchema(string connectionString)
{
    /// <summary>A number of our own among those that sessions may lock.</summary>
    private const long Lock = 0x4B69_726F_6B75;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <exception cref="StorageException">The store is not to be reached, will not be changed, or is of a newer version.</exception>
    public void Migrate()
    {
        try
        {
            using var connection = ConnectAsync().GetAwaiter().GetResult();
            connection.Execute("SELECT pg_advisory_lock(@Lock)", new { Lock });
            RefuseNewerSchema(connection);
            var result = DeployChanges.To.PostgresqlDatabase(connectionString)
                .WithScriptsEmbeddedInAssembly(typeof(PostgresSchema).Assembly, IsMigration)
                .WithTransactionPerScript()
                .WithVariablesDisabled()
                .LogTo(new NoOpUpgradeLog())
                .Build()
                .PerformUpgrade();
            if (!result.Successful)
                throw new StorageException($"The store could not be brought to this version: {result.Error.Message}", result.Error);
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Translate(e);
        }
    }

    /// <summary>Waits for a server that is about to start, and says so once.</summary>
    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync();
                return connection;
            }
            catch (NpgsqlException e) when (e.IsTransient && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await connection.DisposeAsync();
                if (Stopwatch.GetElapsedTime(began) < Pause)
                    await Console.Error.WriteLineAsync($"kiroku: waiting up to {Patience.TotalSeconds} s for PostgreSQL at {connection.DataSource}: {e.Message}");
                await Task.Delay(Pause);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
    }

    private static bool IsMigration(string resource)
        => resource.StartsWith("Kiroku.Storage.Postgres.Migrations.", StringComparison.Ordinal);

    private static void RefuseNewerSchema(NpgsqlConnection connection)
    {
        if (!connection.ExecuteScalar<bool>("SELECT to_regclass('schemaversions') IS NOT NULL"))
            return;
        var known = typeof(PostgresSchema).Assembly.GetManifestResourceNames().Where(IsMigration).ToHashSet();
        var newer = connection.Query<string>("SELECT scriptname FROM schemaversions").FirstOrDefault(script => !known.Contains(script));
        if (newer is not null)
            throw new StorageException($"The store was written by a newer Kiroku: it holds the migration {newer}.");
    }
}
