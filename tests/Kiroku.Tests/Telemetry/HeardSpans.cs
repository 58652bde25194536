using System.Diagnostics;
using System.Threading.Channels;
using Kiroku.Actions;

namespace Kiroku.Tests.Telemetry;

/// <summary>The spans of actions that this process tells while this listens, as a tracing library gets them.</summary>
internal sealed class HeardSpans : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Channel<Activity> heard = Channel.CreateUnbounded<Activity>();
    private readonly ActivityListener listener;

    public HeardSpans()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ActionSpans.Name,
            // As a tracing library does by default: what is recorded for one listener is so for all in the process.
            Sample = (ref ActivityCreationOptions<ActivityContext> asked)
                => asked.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStopped = activity => heard.Writer.TryWrite(activity),
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>
    /// Waits for the span of an action and returns it with those of its attempts, oldest first. An action's span ends
    /// after theirs.
    /// </summary>
    public async Task<(Activity Action, IReadOnlyList<Activity> Attempts)> OfAsync(string requestId)
    {
        using var limit = new CancellationTokenSource(Patience);
        var before = new List<Activity>();
        await foreach (var span in heard.Reader.ReadAllAsync(limit.Token))
        {
            if ((string?)span.GetTagItem("kiroku.request.id") == requestId)
                return (span, [.. before.Where(other => other.TraceId == span.TraceId)]);
            before.Add(span);
        }
        throw new InvalidOperationException("The spans ended.");
    }

    /// <summary>How many more spans of a trace have been told by now.</summary>
    public int CountMore(string traceId)
    {
        var count = 0;
        while (heard.Reader.TryRead(out var span))
            count += span.TraceId.ToHexString() == traceId ? 1 : 0;
        return count;
    }

    public void Dispose() => listener.Dispose();
}
