using Kiroku.Nodes;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Ensures that no action stays in progress for ever: at the start and at intervals it goes on with every action that a
/// server's row names but that nobody runs. Of several nodes only a few do so again and again.
/// </summary>
internal sealed class Recovery(
    WatchedServers servers, IDatabase database, NodeTurn turn, ServerGrains grains, TimeProvider time,
    ILogger<Recovery> logger)
    : RepeatedWork(database.IsShared ? IntervalAmongNodes : Interval, time, logger)
{
    /// <summary>The interval among several nodes: if one of them dies, its actions must not wait long.</summary>
    public static readonly TimeSpan IntervalAmongNodes = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether this process has looked once. At its start it looks in any case, because those whose turn it was may
    /// have died a moment ago.
    /// </summary>
    private bool looked;

    protected override string Work => "Looking for actions that nobody runs";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (looked && !await turn.HasAsync(cancellationToken))
            return;
        var running = await servers.ListRunningAsync(cancellationToken);
        looked = true;
        await Task.WhenAll(running.Select(grains.GoOnAsync));
    }
}
