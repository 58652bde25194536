using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Sees to it that no action stays in progress for ever: at the start, and again and again, whatever a server's row
/// names as running and nobody runs is gone on with.
/// </summary>
internal sealed class Recovery(
    ServerStore store, IDatabase database, ServerGrains grains, TimeProvider time, ILogger<Recovery> logger)
    : RepeatedWork(database.IsShared ? IntervalAmongNodes : Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Where another node may have died, and nobody waits for long.</summary>
    private static readonly TimeSpan IntervalAmongNodes = TimeSpan.FromSeconds(3);

    protected override string Work => "Looking for actions that nobody runs";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var running = await store.ListWhereAsync("running_action IS NOT NULL", null, cancellationToken);
        await Task.WhenAll(running.Select(server => grains.GoOnAsync(server.Id)));
    }
}
