using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// Keeps <see cref="StoreTime"/> with the server's clock: measured before anything else begins, and again and again.
/// </summary>
internal sealed partial class PostgresClock(
    IDatabase database, StoreTime clock, TimeProvider time, ILogger<PostgresClock> logger)
    : RepeatedWork(Interval, time, logger)
{
    /// <summary>A quartz is off by a millisecond in this time, about.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The first question has a statement to be read and what it needs to be loaded; the next are nearer to the truth.
    /// </summary>
    private const int FirstMeasures = 3;

    private bool told;

    protected override string Work => "Comparing the clock with the store's";

    /// <exception cref="StorageException">The store does not say what time it is.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // A test may have put its own clock there.
        if (!database.IsShared || Time != clock)
            return;
        for (var i = 0; i < FirstMeasures; i++)
            await WorkAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        // Getting a connection may take longer than anything else, and is not to be counted.
        await database.ReadOneAsync(async connection =>
        {
            await clock.MeasureAsync(async () =>
            {
                await using var command = new NpgsqlCommand("SELECT clock_timestamp()", (NpgsqlConnection)connection);
                return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
            });
            return 0;
        }, cancellationToken);
        if (told || clock.Offset.Duration() < WorthTelling)
            return;
        told = true;
        LogApart(clock.Offset);
    }

    [LoggerMessage(LogLevel.Warning, "This machine's clock is not the database's: {Offset} is added to it everywhere")]
    private partial void LogApart(TimeSpan offset);
}
