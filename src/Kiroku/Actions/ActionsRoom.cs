using Kiroku.Access;
using Kiroku.Actions.Feed;
using Kiroku.Actions.Live;
using Kiroku.Actions.Live.Description;
using Kiroku.Actions.Live.Exports;
using Kiroku.Actions.Live.Streams;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>Puts the record together.</summary>
internal static class ActionsRoom
{
    private static readonly TimeSpan MostLifetime = TimeSpan.FromDays(366);

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
        services.AddSingleton<ActionMeters>();
        services.AddSingleton<EndedActions>();
        services.AddSingleton<IMeasured, RunningActions>();
        services.AddSingleton<FirstGeneration>();
        services.AddHostedService<FirstGenerationMove>();
        services.AddSingleton<ActionStore>();
        services.AddSingleton<LiveRecord>();
        services.AddSingleton<ActionFeed>();
        services.AddSingleton<FeedMeters>();
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
}
