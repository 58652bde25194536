namespace Kiroku.Servers;

/// <summary>
/// Sees to it that no action stays in progress for ever: at the start, and again and again, whatever a server's row names as
/// running and nobody runs is gone on with.
/// </summary>
internal sealed partial class Recovery(ServerStore store, IGrainFactory grains, TimeProvider time, ILogger<Recovery> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                foreach (var server in await store.ListWhereAsync("running_action IS NOT NULL", null, stoppingToken))
                    await grains.GetGrain<IServerGrain>(server.Id).GoOn();
            }
#pragma warning disable CA1031 // It goes on whatever happens: its end would be the service's.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogCannotLook(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Error, "Actions that nobody runs cannot be looked for")]
    private partial void LogCannotLook(Exception exception);
}
