using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Nodes;

/// <summary>
/// Reports in the store that this node is present. It takes its host's name before anything else begins, and ends the
/// process if another one has the name. Among several nodes it reports every two seconds; a lone node reports at its
/// start, and when its host has changed.
/// </summary>
internal sealed partial class NodeReport(
    NodeSelf self, NodeStore nodes, HostMeter meter, Silence silence, IOptions<HostsOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time, ILogger<NodeReport> logger) : RepeatedWork(Interval, time, logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The longest wait for the name: a node of that name that was just killed counts as present for almost as long.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait for a store that is away, when this node is told to end.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private Node? node;
    private long measured;

    protected override string Work => "Reporting that this node is present";

    /// <summary>
    /// The process that ran in this folder before and did not report its end; null if there was none.
    /// </summary>
    public string? PredecessorSilo { get; private set; }

    /// <exception cref="StorageException">Another node has this host's name.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        var began = Time.GetTimestamp();
        for (var last = false; !await TakeAsync(cancellationToken); last = Time.GetElapsedTime(began) > Patience)
        {
            if (last)
                throw new StorageException(
                    $"Another Kiroku on this database runs as the host {self.Name}: "
                        + "name this one otherwise with --host.");
            await Task.Delay(Pause, Time, cancellationToken);
        }
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (node is null || !nodes.IsShared)
            return;
        try
        {
            using var patience = new CancellationTokenSource(Farewell, Time);
            await nodes.LeaveAsync(node, patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            LogSilentEnd(e);
        }
    }

    protected override Task WorkAsync(CancellationToken cancellationToken)
        => nodes.IsShared ? BeatAsync(cancellationToken) : NoteChangeAsync(cancellationToken);

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var (taken, before) = await nodes.TakeAsync(self.Describe(meter.Last), cancellationToken);
        if (taken is null)
            return false;
        if (before is not null && before.Silo != taken.Silo)
            PredecessorSilo = before.Silo;
        node = taken;
        return true;
    }

    /// <summary>Reports first and measures then, because measuring may take its time.</summary>
    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch
        {
            silence.NoteTrouble();
            throw;
        }
        if (meter.Last.IsIncomplete || Time.GetElapsedTime(measured) >= options.Value.MeasureInterval)
            await LookAsync(cancellationToken);
    }

    private async Task NoteChangeAsync(CancellationToken cancellationToken)
    {
        if (meter.Last.IsIncomplete)
            await LookAsync(cancellationToken);
        // Free disk and uptime change all the time, and are measured for whoever asks.
        if (node != node!.With(meter.Last) with { DiskFreeBytes = node.DiskFreeBytes, Uptime = node.Uptime })
            await WriteAsync(cancellationToken);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var current = self.Describe(meter.Last) with
        {
            Number = node!.Number,
            StartedAt = node.StartedAt,
            SeenAt = node.SeenAt,
        };
        if (await nodes.BeatAsync(current, cancellationToken))
        {
            node = current;
            return;
        }
        LogTaken(self.Name);
        lifetime.StopApplication();
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!self.Describe(meter.Last).HasMachines)
            return;
        measured = Time.GetTimestamp();
        await meter.LookAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Critical, "Another process has taken over the host {Host}; this one ends")]
    private partial void LogTaken(string host);

    [LoggerMessage(LogLevel.Warning, "This node could not report its end; others will notice it in a while")]
    private partial void LogSilentEnd(Exception exception);
}
