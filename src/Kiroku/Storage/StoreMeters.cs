using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Kiroku.Storage;

/// <summary>The metrics of the store's reads and writes, as their callers in this process see them.</summary>
internal sealed class StoreMeters(IMeterFactory meters)
{
    private readonly Histogram<double> durations = meters.Create(Meters.Name).CreateHistogram(
        "kiroku.store.duration", "s",
        "Time of a read or write of the store with all waiting, by operation (read and write are transactions, "
            + "read_one and write_one single statements, write_alone transactions one after another) and outcome (ok, "
            + "failed)",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5],
        });

    /// <summary>
    /// Measures an operation that began at a moment. Only what the store itself fails at counts as failed.
    /// </summary>
    public async Task<T> MeasureAsync<T>(string operation, long began, Task<T> running)
    {
        var outcome = "ok";
        try
        {
            return await running;
        }
        catch (StorageException)
        {
            outcome = "failed";
            throw;
        }
        finally
        {
            durations.Record(
                Stopwatch.GetElapsedTime(began).TotalSeconds, new("operation", operation), new("outcome", outcome));
        }
    }
}
