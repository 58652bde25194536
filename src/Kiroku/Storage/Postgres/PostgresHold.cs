using Dapper;
using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// Keeps a shared store to one service, because services do not know of each other yet: a lock of a session that lasts as
/// long as the service, and is taken again when the server was away.
/// </summary>
internal sealed partial class PostgresHold(
    IDatabase database, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<PostgresHold> logger)
    : RepeatedWork(Interval, time, logger)
{
    /// <summary>A number of our own among those that sessions may lock.</summary>
    private const long Lock = 0x4B69_726F_6B76;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>A service that was killed just now holds on until the server notices.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private NpgsqlConnection? connection;

    protected override string Work => "Holding the store";

    /// <exception cref="StorageException">Another service holds it.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (database is not PostgresDatabase shared)
            return;
        var began = Time.GetTimestamp();
        while (!await TakeAsync(shared, cancellationToken))
        {
            if (Time.GetElapsedTime(began) > Patience)
                throw new StorageException("Another Kiroku runs on this database; several at once on one are not there yet.");
            await Task.Delay(Pause, Time, cancellationToken);
        }
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        // It may be in use until the work has noticed.
        (ExecuteTask ?? Task.CompletedTask).ContinueWith(_ => connection?.Dispose(), TaskScheduler.Default);
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (await HoldsAsync(cancellationToken) || await TakeAsync((PostgresDatabase)database, cancellationToken))
            return;
        LogLost();
        lifetime.StopApplication();
    }

    private async Task<bool> HoldsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connection!.ExecuteAsync(new CommandDefinition("SELECT 1", cancellationToken: cancellationToken));
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task<bool> TakeAsync(PostgresDatabase shared, CancellationToken cancellationToken)
    {
        if (connection is not null)
            await connection.DisposeAsync();
        connection = shared.Connect();
        try
        {
            await connection.OpenAsync(cancellationToken);
            return await connection.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_lock(@Lock)", new { Lock });
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Translate(e);
        }
    }

    [LoggerMessage(LogLevel.Critical, "While the database was away another Kiroku began to use it; this one ends")]
    private partial void LogLost();
}
