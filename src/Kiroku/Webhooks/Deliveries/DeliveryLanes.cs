using System.Collections.Concurrent;
using Kiroku.Storage;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>
/// Sends what is due: each subscription has a lane of its own as long as it has something to send, so that none waits
/// for another one's receiver.
/// </summary>
internal sealed partial class DeliveryLanes(
    DeliveryStore store, DeliveryAttempts attempts, SubscriptionStore subscriptions, WebhookTurn turn,
    WebhookSignals signals, TimeProvider time, ILogger<DeliveryLanes> logger) : BackgroundService
{
    private const int BatchSize = 20;

    /// <summary>How many attempts a receiver gets at a time that answers, and one that does not.</summary>
    private const int Width = 4;
    private const int NarrowWidth = 1;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Task> lanes = [];
    private DateTime? next = DateTime.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isSet = true;
        while (true)
        {
            try
            {
                if (isSet || turn.IsShared || next <= time.UtcNow())
                    await LookAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The edge of the loop.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(e);
                next = DateTime.MinValue;
                await Task.Delay(PauseAfterFailure, stoppingToken);
            }
            isSet = await signals.Due.WaitAsync(WebhookTurn.Interval, stoppingToken);
        }
    }

    /// <summary>Waits for what is being sent: each attempt ends with the service.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(lanes.Values).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var waiting = (await store.ListNextAsync(cancellationToken))
            .Where(one => lanes.GetValueOrDefault(one.Subscription) is not { IsCompleted: false }).ToList();
        var now = time.UtcNow();
        next = waiting.Where(one => one.At > now).Select(one => (DateTime?)one.At).Min();
        var due = waiting.Where(one => one.At <= now).ToList();
        if (due.Count == 0 || !await turn.HasAsync(cancellationToken))
            return;
        foreach (var (subscription, _) in due)
            lanes[subscription] = RunAsync(subscription, cancellationToken);
    }

    /// <summary>Sends what a subscription has until nothing more is due.</summary>
    private async Task RunAsync(Guid subscription, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            while (await turn.HasAsync(cancellationToken) && await SendAsync(subscription, cancellationToken))
            {
            }
        }
#pragma warning disable CA1031 // The edge of the lane; the next look begins another one.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!cancellationToken.IsCancellationRequested)
                LogLaneFailed(subscription, e);
            await Task.Delay(PauseAfterFailure, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        lanes.TryRemove(subscription, out _);
        // What became due after the last read has been passed over by looks as long as the lane was there.
        signals.Due.Set();
    }

    private async Task<bool> SendAsync(Guid subscription, CancellationToken cancellationToken)
    {
        if (await subscriptions.FindAsync(subscription, cancellationToken) is not { Enabled: true } to)
            return false;
        var due = await store.ListDueAsync(subscription, BatchSize, cancellationToken);
        var sending = new ParallelOptions
        {
            MaxDegreeOfParallelism = to.FailingSince is null ? Width : NarrowWidth,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(
            due, sending, async (delivery, token) => await attempts.TryAsync(to, delivery, token));
        return due.Count > 0;
    }

    [LoggerMessage(LogLevel.Warning, "Deliveries cannot be read; they are looked at again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Warning,
        "Deliveries of the subscription {Subscription} cannot be sent; they are tried again")]
    private partial void LogLaneFailed(Guid subscription, Exception exception);
}
