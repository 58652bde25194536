using System.Diagnostics;
using System.Globalization;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>Brings the schema to this version. One node does so while others that start at the same time
/// wait.</summary>
internal sealed class PostgresSchema(string connectionString)
{
    /// <summary>The prefix of migrations' names; a number of four digits follows.</summary>
    private const string Migrations = "Kiroku.Storage.Postgres.Migrations.";

    /// <summary>An arbitrary number for our advisory lock.</summary>
    private const long Lock = 0x4B69_726F_6B75;

    /// <summary>
    /// Gives the store a new generation if it is not the database that it was: one that was restored, or copied.
    /// </summary>
    private const string SetGeneration = """
        INSERT INTO feed (single, generation, origin, shift)
        SELECT 1, @Generation, feed_origin(), GREATEST(0, 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            + COALESCE((SELECT MAX(position) FROM records WHERE position > 0), 0))
        ON CONFLICT (single) DO UPDATE SET generation = EXCLUDED.generation, origin = EXCLUDED.origin,
            shift = GREATEST(feed.shift, EXCLUDED.shift)
        WHERE feed.origin <> EXCLUDED.origin
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <exception cref="StorageException">The store cannot be reached, cannot be changed, or is of a newer
    /// version.</exception>
    public void Migrate()
    {
        try
        {
            using var connection = ConnectAsync().GetAwaiter().GetResult();
            connection.Execute("SELECT pg_advisory_lock(@Lock)", new { Lock });
            RefuseSchemaBeyondUs(connection);
            OlderNodes.WaitForEndAsync(connection).GetAwaiter().GetResult();
            var result = DeployChanges.To.PostgresqlDatabase(connectionString)
                .WithScriptsEmbeddedInAssembly(typeof(PostgresSchema).Assembly, IsMigration)
                .WithTransactionPerScript()
                .WithVariablesDisabled()
                .LogTo(new NoOpUpgradeLog())
                .Build()
                .PerformUpgrade();
            if (!result.Successful)
                throw new StorageException(
                    $"The store could not be brought to this version: {result.Error.Message}", result.Error);
            connection.Execute(SetGeneration, new { Generation = Guid.NewGuid().ToString("N") });
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Translate(e);
        }
    }

    /// <summary>Waits for a server that is starting, and says so once.</summary>
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
                    await Console.Error.WriteLineAsync($"kiroku: waiting up to {Patience.TotalSeconds} s for "
                        + $"PostgreSQL at {connection.DataSource}: {e.Message}");
                await Task.Delay(Pause);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
    }

    private static bool IsMigration(string resource) => resource.StartsWith(Migrations, StringComparison.Ordinal);

    private static long NumberOf(string migration)
        => long.Parse(migration.AsSpan(Migrations.Length, 4), CultureInfo.InvariantCulture);

    /// <summary>
    /// Refuses a schema that is too new. This version and the next share a store during an upgrade, so unknown
    /// migrations are ignored, unless they say that this version can no longer work here.
    /// </summary>
    private static void RefuseSchemaBeyondUs(NpgsqlConnection connection)
    {
        if (!connection.ExecuteScalar<bool>("SELECT to_regclass('schemaversions') IS NOT NULL"))
            return;
        var known = typeof(PostgresSchema).Assembly.GetManifestResourceNames().Where(IsMigration).ToHashSet();
        var newer = connection.Query<string>("SELECT scriptname FROM schemaversions").Where(
            script => !known.Contains(script)).Max(StringComparer.Ordinal);
        if (newer is not null && OldestToWorkHere(connection) > known.Max(NumberOf))
            throw new StorageException($"The store was written by a newer Kiroku: it holds the migration {newer}.");
    }

    private static long OldestToWorkHere(NpgsqlConnection connection)
        => connection.ExecuteScalar<bool>("SELECT to_regclass('compatibility') IS NOT NULL")
            ? connection.ExecuteScalar<long>("SELECT oldest_schema FROM compatibility")
            : long.MaxValue;
}
