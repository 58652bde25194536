using System.Diagnostics.Metrics;

namespace Kiroku.Tests.Docs;

/// <summary>docs/operating/metrics.md lists the instruments of the code.</summary>
public sealed class MetricsPageTests
{
    [Fact]
    public async Task The_page_has_the_metrics_of_the_service()
        => new GeneratedPart("operating/metrics.md", "metrics").Settle(
        [
            "| metric | Prometheus' name | kind | what it tells |",
            "|---|---|---|---|",
            .. (await InstrumentsAsync()).OrderBy(instrument => instrument.Name, StringComparer.Ordinal).Select(Row),
        ]);

    /// <summary>The instruments of one service; other tests have others in the same process.</summary>
    private static async Task<IReadOnlyList<Instrument>> InstrumentsAsync()
    {
        await using var app = await TestApp.StartAsync();
        // Made when somebody first asks for metrics.
        Assert.NotEmpty(app.Services.GetServices<IMeasured>());
        var own = app.Services.GetRequiredService<IMeterFactory>();
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                lock (found)
                {
                    if (instrument.Meter.Name == Meters.Name && instrument.Meter.Scope == own)
                        found.Add(instrument);
                }
            },
        };
        listener.Start();
        return found;
    }

    private static string Row(Instrument instrument)
        => $"| `{instrument.Name}` | `{PrometheusName(instrument)}` | {Kind(instrument)} | {instrument.Description} |";

    private static string PrometheusName(Instrument instrument)
    {
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        var total = Kind(instrument) == "counter" ? "_total" : "";
        return $"{instrument.Name.Replace('.', '_')}{unit}{total}";
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };
}
