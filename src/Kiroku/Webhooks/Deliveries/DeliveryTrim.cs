using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>
/// Removes deliveries that are not kept any longer, and those of subscriptions that are gone, in small transactions.
/// </summary>
internal sealed class DeliveryTrim(
    DeliveryRemoval removal, WebhookTurn turn, IOptions<WebhooksOptions> options, TimeProvider time,
    ILogger<DeliveryTrim> logger)
    : RepeatedWork(Interval, time, logger)
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    protected override string Work => "Removing deliveries beyond their limits";

    /// <summary>Looks at everything once.</summary>
    public async Task TrimAsync(CancellationToken cancellationToken)
    {
        var limits = new DeliveryLimits(Time.UtcNow() - options.Value.KeptFor, options.Value.MaxKept);
        Guid? subscription = null;
        while ((subscription = await removal.FindNextAsync(subscription, cancellationToken)) is { } found)
        {
            if (!await turn.HasAsync(cancellationToken))
                return;
            while (await removal.RemoveAsync(found, limits, BatchSize, cancellationToken) == BatchSize)
                await Task.Delay(Pause, cancellationToken);
        }
    }

    protected override Task WorkAsync(CancellationToken cancellationToken) => TrimAsync(cancellationToken);
}
