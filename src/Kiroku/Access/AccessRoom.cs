namespace Kiroku.Access;

/// <summary>Puts the policy together, from the rules of all rooms and the settings.</summary>
internal static class AccessRoom
{
    public static void AddAccess(this IServiceCollection services) => services.AddSingleton(
        provider => Policy.Of(provider.GetServices<Rule>(), provider.GetRequiredService<IConfiguration>()));

    /// <summary>Makes a room's rules known: settings may name a role for no others.</summary>
    public static void AddRules(this IServiceCollection services, IEnumerable<Rule> rules)
    {
        foreach (var rule in rules)
            services.AddSingleton(rule);
    }
}
