namespace Kiroku.Processes;

/// <summary>
/// Something done at the start and again and again, whatever became of it before: its end would be the service's.
/// </summary>
internal abstract partial class RepeatedWork(TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    protected TimeProvider Time => time;

    /// <summary>What is done, as the log is to name it when it fails.</summary>
    protected abstract string Work { get; }

    protected abstract Task WorkAsync(CancellationToken cancellationToken);

    /// <summary>Ends when there is any use in beginning.</summary>
    protected virtual Task ReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ReadyAsync(stoppingToken);
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
