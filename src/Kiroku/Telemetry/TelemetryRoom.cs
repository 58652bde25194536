using System.Diagnostics.Metrics;
using Kiroku.Access;
using Kiroku.Actions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Kiroku.Telemetry;

/// <summary>
/// Puts together how the service is watched: metrics for whoever reads <c>/metrics</c>, and metrics and traces for a
/// collector, if OpenTelemetry's own variables name one.
/// </summary>
internal static class TelemetryRoom
{
    /// <summary>The metrics of .NET itself: memory, garbage, threads, processor time.</summary>
    private const string Runtime = "System.Runtime";

    private const string Traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string Metrics = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string Both = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Comes after all who add to the configuration, which it reads.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder, ServiceSettings settings)
    {
        var services = builder.Services;
        services.AddRules(typeof(MetricsRules));
        services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<MetricsOptions>, MetricsCheck>();
        services.AddSingleton<MetricsDoor>();
        services.AddSingleton<Measurements>();
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(
            "kiroku", serviceVersion: typeof(TelemetryRoom).Assembly.GetName().Version!.ToString(3),
            autoGenerateServiceInstanceId: false, serviceInstanceId: settings.Host));
        telemetry.WithMetrics(metrics => metrics.AddMeter(Meters.Name, Runtime).AddPrometheusExporter());
        services.AddOptions<PrometheusAspNetCoreOptions>().Configure<IOptions<MetricsOptions>>((exporter, options) =>
        {
            // Each metric's own name says whose it is.
            exporter.ScopeInfoEnabled = false;
            // An answer that is kept must not be older than what it tells.
            exporter.ScrapeResponseCacheDurationMilliseconds = (int)Math.Min(
                exporter.ScrapeResponseCacheDurationMilliseconds, options.Value.MeasureInterval.TotalMilliseconds);
        });
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) => metrics.LeaveOutOthers(
            provider.GetRequiredService<IMeterFactory>()));
        if (IsNamed(builder, Both) || IsNamed(builder, Traces))
            telemetry.WithTracing(tracing => tracing.AddSource(ActionSpans.Name).AddOtlpExporter());
        if (!IsNamed(builder, Both) && !IsNamed(builder, Metrics))
            return;
        telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
        services.AddHostedService<MeasurementUpkeep>();
    }

    /// <summary>Every node has its own metrics, whatever its roles.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        var exporting = app.CreateApplicationBuilder();
        exporting.UseOpenTelemetryPrometheusScrapingEndpoint(_ => true);
        var export = exporting.Build();
        app.MapGet("/metrics", async (HttpContext context, MetricsDoor door, Measurements measurements) =>
        {
            await door.RequireAsync(context);
            await measurements.RefreshAsync();
            await export(context);
        });
    }

    /// <summary>A process may hold several services, as in tests; their instruments have the same names.</summary>
    private static void LeaveOutOthers(this MeterProviderBuilder metrics, IMeterFactory own)
        => metrics.AddView(instrument => instrument.Meter.Scope is { } scope && scope != own
            ? MetricStreamConfiguration.Drop
            : null);

    private static bool IsNamed(WebApplicationBuilder builder, string variable)
        => builder.Configuration[variable] is { Length: > 0 };
}
