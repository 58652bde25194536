namespace Kiroku.Telemetry;

/// <summary>Measures again and again where metrics are sent to a collector, which does not ask.</summary>
internal sealed class MeasurementUpkeep(
    Measurements measurements, TimeProvider time, ILogger<MeasurementUpkeep> logger)
    : RepeatedWork(TimeSpan.FromSeconds(15), time, logger)
{
    protected override string Work => "Measuring for the collector";

    protected override Task WorkAsync(CancellationToken cancellationToken) => measurements.RefreshAsync();
}
