using Kiroku.Access;

namespace Kiroku.Telemetry;

/// <summary>The policy rule of the metrics.</summary>
internal static class MetricsRules
{
    // In whatever project the caller is: the metrics are of the whole service.
    public static readonly Rule Show = Rule.Admin("metrics:show");
}
