using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Quotas;

/// <summary>Puts quotas together.</summary>
internal static class QuotasRoom
{
    public static void AddQuotas(this IServiceCollection services)
    {
        services.AddRules(typeof(QuotaRules));
        services.AddOptions<QuotasOptions>().BindConfiguration(QuotasOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<QuotaStore>();
        services.AddSingleton<ImageQuotas>();
    }

    public static void MapQuotas(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapQuotaRoutes();
        compute.MapQuotaClassRoutes();
        compute.MapLimitRoutes();
    });
}
