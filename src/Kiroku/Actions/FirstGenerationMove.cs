using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// Moves the actions that an earlier version wrote to the table of today: those that run before anything goes on with
/// them, the others steadily and in small pieces, so that no request waits for it longer than for another request. It
/// goes on after a crash with those that are left.
/// </summary>
internal sealed partial class FirstGenerationMove(
    FirstGeneration earlier, IRecordedServers servers, IDatabase database, TimeProvider time,
    ILogger<FirstGenerationMove> logger)
    : RepeatedWork(TimeSpan.FromSeconds(10), time, logger)
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await earlier.CheckAsync(cancellationToken);
        if (!earlier.IsPresent)
            return;
        await earlier.MoveRunningAsync(servers, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override string Work => "Moving the actions of an earlier version";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (!earlier.IsPresent)
            return;
        if (await database.HasTurnAsync(cancellationToken))
            await MoveAllAsync(cancellationToken);
        await earlier.CheckAsync(cancellationToken);
    }

    private async Task MoveAllAsync(CancellationToken cancellationToken)
    {
        LogMoves();
        var moved = 0L;
        while (await earlier.MoveAsync(AtOnce, cancellationToken) is > 0 and var more)
        {
            moved += more;
            await Task.Delay(Pause, Time, cancellationToken);
        }
        LogMoved(moved);
    }

    [LoggerMessage(
        LogLevel.Information,
        "The actions of an earlier version are moved to today's table; the service can be used, and stopped, meanwhile"
        )]
    private partial void LogMoves();

    [LoggerMessage(LogLevel.Information, "{Count} actions of an earlier version were moved, and none is left")]
    private partial void LogMoved(long count);
}
