using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Keypairs;

/// <summary>Puts key pairs together.</summary>
internal static class KeypairsRoom
{
    public static void AddKeypairs(this IServiceCollection services)
    {
        services.AddRules(typeof(KeypairRules));
        services.AddOptions<KeypairsOptions>().BindConfiguration(KeypairsOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<KeypairStore>();
    }

    public static void MapKeypairs(this IEndpointRouteBuilder app) => app.MapCompute(KeypairsApi.MapKeypairRoutes);
}
