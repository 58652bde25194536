using System.Diagnostics.Metrics;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>The metrics of what this process sends to receivers.</summary>
internal sealed class DeliveryMeters(IMeterFactory meters)
{
    /// <summary>From a hundredth of a second to the most that an attempt takes by default.</summary>
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    };

    private readonly Histogram<double> attempts = meters.Create(Meters.Name).CreateHistogram(
        "kiroku.webhooks.attempts.duration", "s",
        "Time of this node's attempts to tell receivers of webhooks, by result: delivered, failed, gone",
        advice: Buckets);

    public void Count(WebhookAnswer answer) => attempts.Record(
        answer.Duration.TotalSeconds, new KeyValuePair<string, object?>("result", answer.Health switch
        {
            ReceiverHealth.Good => "delivered",
            ReceiverHealth.Gone => "gone",
            _ => "failed",
        }));
}
