namespace Kiroku.Access;

/// <summary>Builds the policy from the rules of all rooms and the settings.</summary>
internal static class AccessRoom
{
    public static void AddAccess(this IServiceCollection services) => services.AddSingleton(
        provider => Policy.Of(provider.GetServices<Rule>(), provider.GetRequiredService<IConfiguration>()));

    /// <summary>Registers a room's rules, so that settings may name a role for them.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="declaring">The class that declares the rules as public static fields.</param>
    public static void AddRules(this IServiceCollection services, Type declaring)
    {
        foreach (var rule in Rule.DeclaredIn(declaring))
            services.AddSingleton(rule);
    }
}
