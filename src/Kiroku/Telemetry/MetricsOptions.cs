using System.ComponentModel.DataAnnotations;

namespace Kiroku.Telemetry;

/// <summary>Who may read <c>/metrics</c>, and how often the store is asked for it.</summary>
internal sealed class MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>
    /// Addresses and networks, separated by commas, from which <c>/metrics</c> can be read without a token; none by
    /// default. A caller behind a proxy counts with its own address only if the proxy is one of
    /// <c>Api:TrustedProxies</c>, and otherwise needs a token.
    /// </summary>
    public string? AllowedNetworks { get; init; }

    /// <summary>
    /// How long counts that are read from the store hold, however many ask for metrics.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MeasureInterval { get; init; } = TimeSpan.FromSeconds(3);
}
