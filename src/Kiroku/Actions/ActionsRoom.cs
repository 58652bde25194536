namespace Kiroku.Actions;

/// <summary>Puts the record together.</summary>
internal static class ActionsRoom
{
    public static void AddActions(this IServiceCollection services)
    {
        services.AddOptions<ActionsOptions>().BindConfiguration(ActionsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ActionStore>();
        services.AddSingleton<PersistentWrites>();
        services.AddSingleton<StepRunner>();
    }
}
