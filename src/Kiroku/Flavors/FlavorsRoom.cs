using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Flavors;

/// <summary>Puts flavors together; they have no settings.</summary>
internal static class FlavorsRoom
{
    public static void AddFlavors(this IServiceCollection services)
    {
        services.AddRules(typeof(FlavorRules));
        services.AddSingleton<FlavorStore>();
    }

    public static void MapFlavors(this IEndpointRouteBuilder app) => app.MapCompute(routes =>
    {
        routes.MapFlavorRoutes();
        routes.MapFlavorAccess();
        routes.MapFlavorSpecs();
    });
}
