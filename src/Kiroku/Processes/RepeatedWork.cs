namespace Kiroku.Processes;

/// <summary>
/// Work that is done at the start and then at an interval. A failure is logged and does not end it, because the end
/// of a background service would end the whole service.
/// </summary>
internal abstract partial class RepeatedWork(TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    protected TimeProvider Time => time;

    /// <summary>The work's name for the log message when it fails.</summary>
    protected abstract string Work { get; }

    protected abstract Task WorkAsync(CancellationToken cancellationToken);

    /// <summary>Completes when the work may begin.</summary>
    protected virtual Task ReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether there is anything to do while this process runs; asked once, when it may begin.</summary>
    protected virtual Task<bool> IsNeededAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ReadyAsync(stoppingToken);
        if (!await IsNeededAsync(stoppingToken))
            return;
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            try
            {
                await WorkAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The edge of the loop.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(Work, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "{Work} failed; it is tried again")]
    private partial void LogFailed(string work, Exception exception);
}
