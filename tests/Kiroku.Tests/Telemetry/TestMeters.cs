using System.Diagnostics.Metrics;

namespace Kiroku.Tests.Telemetry;

/// <summary>Makes meters for parts of the service that are tested on their own.</summary>
internal static class TestMeters
{
    public static IMeterFactory Factory { get; } = new ServiceCollection().AddMetrics().BuildServiceProvider()
        .GetRequiredService<IMeterFactory>();
}
