using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Ensures that no action stays in progress for ever: at the start and at intervals it goes on with every action that a
/// server's row names but that nobody runs.
/// </summary>
internal sealed class Recovery(
    ServerStore store, IDatabase database, ServerGrains grains, TimeProvider time, ILogger<Recovery> logger)
    : RepeatedWork(database.IsShared ? IntervalAmongNodes : Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>The interval among several nodes: if one of them dies, its actions must not wait long.</summary>
    private static readonly TimeSpan IntervalAmongNodes = TimeSpan.FromSeconds(3);

    protected override string Work => "Looking for actions that nobody runs";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var running = await store.ListWhereAsync("running_action IS NOT NULL", null, cancellationToken);
        await Task.WhenAll(running.Select(server => grains.GoOnAsync(server.Id)));
    }
}
