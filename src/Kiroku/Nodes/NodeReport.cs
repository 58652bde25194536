using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Nodes;

/// <summary>
/// Says in the store that this node is there: it takes its host's name before anything else begins, and ends when that
/// is another's. Where nodes are several it says so every two seconds; one alone says so at its start, and when its
/// host is another than it was.
/// </summary>
internal sealed partial class NodeReport(
    NodeSelf self, NodeStore nodes, HostMeter meter, Silence silence, IOptions<HostsOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time, ILogger<NodeReport> logger) : RepeatedWork(Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A node of that name that was killed just now counts as there until then, and a bit.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>Whoever is told to end does not wait longer for a store that is away.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private Node? node;
    private long measured;

    protected override string Work => "Saying that this node is there";

    /// <summary>
    /// The process that ran in this folder before and did not say that it ends; null if there was none.
    /// </summary>
    public string? PredecessorSilo { get; private set; }

    /// <exception cref="StorageException">Another node goes by this host's name.</exception>
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

    /// <summary>First says that it is there, then measures: that may take its time.</summary>
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
        if (meter.Last.Capacity is null || Time.GetElapsedTime(measured) >= options.Value.MeasureInterval)
            await LookAsync(cancellationToken);
    }

    private async Task NoteChangeAsync(CancellationToken cancellationToken)
    {
        if (meter.Last.Capacity is null)
            await LookAsync(cancellationToken);
        // Some of it changes all the time, and whoever wants to know that asks.
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

    [LoggerMessage(LogLevel.Critical, "The host {Host} is another process's by now; this one ends")]
    private partial void LogTaken(string host);

    [LoggerMessage(LogLevel.Warning, "This node could not say that it ends; others notice in a while")]
    private partial void LogSilentEnd(Exception exception);
}
