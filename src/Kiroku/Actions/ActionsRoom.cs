using Kiroku.Access;
using Kiroku.Actions.Feed;
using Kiroku.Actions.Live;
using Kiroku.Actions.Live.Description;
using Kiroku.Actions.Live.Streams;
using Kiroku.Actions.Live.Exports;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Kiroku.Actions;

/// <summary>Puts the record together.</summary>
internal static class ActionsRoom
{
    private static readonly TimeSpan MostLifetime = TimeSpan.FromDays(366);
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddActions(this IServiceCollection services)
    {
        services.AddRules(typeof(ActionRules));
        services.AddOptions<ActionsOptions>().BindConfiguration(ActionsOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IdempotencyOptions>().BindConfiguration(IdempotencyOptions.Section)
            .Validate(
                o => o.Lifetime > TimeSpan.Zero && o.Lifetime <= MostLifetime,
                "Idempotency:Lifetime is to be more than nothing and at most a year, as in 24:00:00.")
            .ValidateOnStart();
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionValidation>();
        services.AddSingleton<FirstGeneration>();
        services.AddHostedService<FirstGenerationMove>();
        services.AddSingleton<ActionStore>();
        services.AddSingleton<LiveRecord>();
        services.AddSingleton<ActionFeed>();
        services.AddSingleton<FeedFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedFollower>());
        services.AddSingleton<ActionWaits>();
        services.AddSingleton<PageTokens>();
        services.AddStreams();
        services.AddDescription();
        services.AddExports();
        services.AddSingleton<FinishedRecords>();
        services.AddSingleton<KeptAnswers>();
        services.AddSingleton<RetentionStore>();
        services.AddSingleton<Retention>();
        services.AddHostedService(provider => provider.GetRequiredService<Retention>());
        services.AddSingleton<StorePatience>();
        services.AddSingleton<StepRunner>();
        AddTelemetry(services);
    }

    private static void AddStreams(this IServiceCollection services)
    {
        services.AddOptions<StreamOptions>().BindConfiguration(StreamOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<OpenStreams>();
        services.AddSingleton<ToldPages>();
        services.AddSingleton<Tails>();
        services.AddSingleton<ActionStreams>();
    }

    /// <summary>
    /// Sends traces and metrics to the collector that OpenTelemetry's own variable names, if it names one. An action is
    /// a trace, each attempt at a step a span.
    /// </summary>
    private static void AddTelemetry(IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(Collector) is not { Length: > 0 })
            return;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("kiroku"))
            .WithTracing(tracing => tracing.AddSource(StepRunner.Telemetry.Name).AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(Meters.Name).AddOtlpExporter());
    }
}
