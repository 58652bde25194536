using Microsoft.Extensions.Options;

namespace Kiroku.Telemetry;

/// <summary>
/// Has measured what metrics tell of the store, at most once in a few seconds however many ask for metrics. A store
/// that is away keeps nobody from reading the other metrics.
/// </summary>
internal sealed partial class Measurements(
    IEnumerable<IMeasured> measured, IOptions<MetricsOptions> options, TimeProvider time,
    ILogger<Measurements> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Task measuring = Task.CompletedTask;
    private long? began;

    public Task RefreshAsync()
    {
        lock (gate)
        {
            if (measuring.IsCompleted
                && (began is not { } last || time.GetElapsedTime(last) >= options.Value.MeasureInterval))
            {
                began = time.GetTimestamp();
                measuring = Task.WhenAll(measured.Select(MeasureAsync));
            }
            return measuring;
        }
    }

    private async Task MeasureAsync(IMeasured one)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            await one.MeasureAsync(patience.Token).WaitAsync(Patience, time);
        }
#pragma warning disable CA1031 // What cannot be measured is not told; the other metrics are.
        catch (Exception e)
#pragma warning restore CA1031
        {
            one.Forget();
            LogFailed(one.What, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{What} could not be measured for the metrics")]
    private partial void LogFailed(string what, Exception exception);
}
