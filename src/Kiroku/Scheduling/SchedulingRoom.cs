namespace Kiroku.Scheduling;

/// <summary>Puts scheduling together.</summary>
internal static class SchedulingRoom
{
    public static void AddScheduling(this IServiceCollection services)
    {
        services.AddOptions<SchedulingOptions>().BindConfiguration(SchedulingOptions.Section).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<Scheduler>();
    }
}
