namespace Kiroku.Access;

/// <summary>Puts the policy together, from the rules of all rooms and the settings.</summary>
internal static class AccessRoom
{
    public static void AddAccess(this IServiceCollection services) => services.AddSingleton(
        provider => Policy.Of(provider.GetServices<Rule>(), provider.GetRequiredService<IConfiguration>()));

    /// <summary>Makes a room's rules known: settings may name a role for no others.</summary>
    /// <param name="services">The service's parts.</param>
    /// <param name="declaring">The class in whose public static fields they stand.</param>
    public static void AddRules(this IServiceCollection services, Type declaring)
    {
        foreach (var rule in Rule.DeclaredIn(declaring))
            services.AddSingleton(rule);
    }
}
