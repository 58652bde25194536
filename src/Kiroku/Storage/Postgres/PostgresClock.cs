using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// Keeps <see cref="StoreTime"/> in step with the server's clock. Measures it before other work begins, and regularly
/// after that.
/// </summary>
internal sealed partial class PostgresClock(
    IDatabase database, StoreTime clock, TimeProvider time, ILogger<PostgresClock> logger)
    : RepeatedWork(Interval, time, logger)
{
    /// <summary>A quartz clock drifts by about a millisecond in this time.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The first question is slow because the server still prepares for it. Later ones measure more exactly.
    /// </summary>
    private const int FirstMeasures = 3;

    private bool told;

    protected override string Work => "Comparing the clock with the store's";

    /// <exception cref="StorageException">The store cannot be asked for its time.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // A test may have registered another clock.
        if (!database.IsShared || Time != clock)
            return;
        for (var i = 0; i < FirstMeasures; i++)
            await WorkAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        // Opens the connection first, because that may take long and would distort the measurement.
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
