using System.Diagnostics.Metrics;

namespace Kiroku.Actions.Feed;

/// <summary>The metrics of how this process reads the feed.</summary>
internal sealed class FeedMeters
{
    /// <summary>From a millisecond to a minute.</summary>
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    };

    private readonly Histogram<double> reads;
    private readonly Histogram<double> lag;
    private readonly UpDownCounter<long> followers;
    private long streams;

    public FeedMeters(IMeterFactory meters)
    {
        var meter = meters.Create(Meters.Name);
        reads = meter.CreateHistogram(
            "kiroku.feed.read.duration", "s", "Time of one reading of the feed, which is for all who follow it",
            advice: Buckets);
        lag = meter.CreateHistogram(
            "kiroku.feed.lag", "s", "Time from a change of an action until it was told here", advice: Buckets);
        followers = meter.CreateUpDownCounter<long>(
            "kiroku.feed.followers", "{follower}",
            "Who follows the feed at this node now, by kind: wait (a request), streams (all together), webhooks");
        meter.CreateObservableUpDownCounter(
            "kiroku.streams", () => Interlocked.Read(ref streams), "{stream}",
            "Streams that are open at this node now");
    }

    public void Read(TimeSpan took) => reads.Record(took.TotalSeconds);

    /// <summary>Notes when the changes of a page were told. Nodes' clocks differ a little.</summary>
    public void Told(FeedPage page, DateTime now)
    {
        foreach (var entry in page.Entries)
            lag.Record(Math.Max(0, (now - entry.Recorded.Action.UpdatedAt).TotalSeconds));
    }

    public void Came(string kind) => followers.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Left(string kind) => followers.Add(-1, new KeyValuePair<string, object?>("kind", kind));

    public void CountStreams(int change) => Interlocked.Add(ref streams, change);
}
