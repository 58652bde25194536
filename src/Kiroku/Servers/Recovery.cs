namespace Kiroku.Servers;

/// <summary>
/// Sees to it that no action stays in progress for ever: at the start, and again and again, whatever a server's row names as
/// running and nobody runs is gone on with.
/// </summary>
internal sealed class Recovery(ServerStore store, IGrainFactory grains, TimeProvider time, ILogger<Recovery> logger)
    : RepeatedWork(Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override string Work => "Looking for actions that nobody runs";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        foreach (var server in await store.ListWhereAsync("running_action IS NOT NULL", null, cancellationToken))
            await grains.GetGrain<IServerGrain>(server.Id).GoOn();
    }
}
