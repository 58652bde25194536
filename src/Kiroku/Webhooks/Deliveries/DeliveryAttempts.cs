using Kiroku.Storage;
using Kiroku.Webhooks.Subscriptions;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>Attempts deliveries, a bounded number at a time, and writes down how each went.</summary>
internal sealed partial class DeliveryAttempts(
    WebhookSender sender, DeliveryStore store, DeliveryMeters meters, WebhookSignals signals,
    IOptions<WebhooksOptions> options, TimeProvider time, ILogger<DeliveryAttempts> logger) : IDisposable
{
    private readonly SemaphoreSlim slots = new(options.Value.Concurrency);

    /// <summary>Tries a delivery once. An attempt that the service's end cuts off does not count.</summary>
    public async Task TryAsync(SubscriptionRow to, DeliveryRow delivery, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        try
        {
            var answer = await sender.SendAsync(to, delivery.EventId, delivery.Event, cancellationToken);
            meters.Count(answer);
            if (await store.SaveAttemptAsync(After(delivery, answer), answer) is not { } reason)
                return;
            LogDisabled(to.Id, reason);
            signals.Feed.Set();
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();

    private Delivery After(Delivery before, WebhookAnswer answer)
    {
        var (now, attempts) = (time.UtcNow(), before.Attempts + 1);
#pragma warning disable CA5394 // Attempts are to be spread; nothing depends on how.
        var wait = answer.Health != ReceiverHealth.Failing
            ? null
            : DeliverySchedule.WaitAfter(attempts, answer.PutOff, Random.Shared.NextDouble());
#pragma warning restore CA5394
        return before with
        {
            State = answer.IsDelivered ? DeliveryStates.Delivered
                : wait is null ? DeliveryStates.Failed
                : DeliveryStates.Pending,
            Attempts = attempts,
            NextAttemptAt = now + wait,
            LastAttemptAt = now,
            DurationMs = (long)answer.Duration.TotalMilliseconds,
            ResponseStatus = answer.Status,
            Response = answer.Response,
            Error = answer.Error,
        };
    }

    [LoggerMessage(LogLevel.Information, "The subscription {Subscription} was disabled: {Reason}")]
    private partial void LogDisabled(Guid subscription, string reason);
}
