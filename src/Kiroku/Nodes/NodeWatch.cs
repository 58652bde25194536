using Kiroku.Cluster;

namespace Kiroku.Nodes;

/// <summary>
/// Finds nodes that stopped reporting, among those that this one watches, and has each declared dead; also notes the
/// nodes that take no new work.
/// </summary>
internal sealed partial class NodeWatch(
    NodeSelf self, NodeStore nodes, NodeOrder order, NodeReport report, Silence silence, IMembership membership,
    DrainingNodes draining, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<NodeWatch> logger)
    : RepeatedWork(Interval, time, logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> told = [];
    private readonly HashSet<string> dead = [];
    private long began;

    protected override string Work => "Looking for nodes that are gone";

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        began = Time.GetTimestamp();
        return nodes.IsShared ? base.StartAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>The engine does not know its members before it has started.</summary>
    protected override async Task ReadyAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (report.PredecessorSilo is { } predecessor)
            await TellAsync(self.Name, predecessor, cancellationToken);
        var look = await order.LookAsync(self.Name, self.Folder, cancellationToken);
        draining.Note(look.Draining);
        // A node that has just started does not know whether the store was away before.
        if (!silence.IsMeaningful || Time.GetElapsedTime(began) < Node.Lifetime)
            return;
        foreach (var node in look.Silent)
            await TellAsync(node.Name, node.Silo, cancellationToken);
    }

    private async Task TellAsync(string name, string silo, CancellationToken cancellationToken)
    {
        if (dead.Contains(silo))
            return;
        if (told.Add(silo))
            LogGone(name, silo);
        if (await membership.DeclareDeadAsync(silo, cancellationToken))
            dead.Add(silo);
    }

    [LoggerMessage(LogLevel.Warning, "The process {Silo} of the host {Host} is gone")]
    private partial void LogGone(string host, string silo);
}
