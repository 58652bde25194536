using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Api;

/// <summary>
/// The catalog's services, endpoints and region, each under its own address. They are built in, so they are
/// read-only.
/// </summary>
internal static class CatalogApi
{
    public static void MapCatalog(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/services", ListServices);
        app.MapGet("/identity/v3/services/{id}", ShowService);
        app.MapGet("/identity/v3/endpoints", ListEndpoints);
        app.MapGet("/identity/v3/endpoints/{id}", ShowEndpoint);
        app.MapGet("/identity/v3/regions", ListRegions);
        app.MapGet("/identity/v3/regions/{id}", ShowRegion);
    }

    private static JsonResponse ListServices(HttpContext context)
    {
        context.RequireIdentity(IdentityRules.ListServices);
        var filter = new ListFilter(context.Request);
        var asked =
            Catalog.Services.Where(service => filter.Fits("type", service.Type) && filter.Fits("name", service.Name));
        return IdentityView.Many(context.Request, "services", asked, WriteService);
    }

    private static JsonResponse ShowService(string id, HttpContext context)
    {
        context.RequireIdentity(IdentityRules.GetService);
        var service =
            Catalog.Services.FirstOrDefault(service => service.Id == id) ?? throw Refusal.NotFound("service", id);
        return IdentityView.One(context.Request, "service", service, WriteService);
    }

    private static JsonResponse ListEndpoints(HttpContext context, IOptions<IdentityOptions> options)
    {
        context.RequireIdentity(IdentityRules.ListEndpoints);
        var (filter, region) = (new ListFilter(context.Request), options.Value.Region);
        var asked = Catalog.Services.SelectMany(service => service.Endpoints)
            .Where(endpoint => filter.Fits("interface", endpoint.Interface)
            && filter.Fits("service_id", endpoint.Service.Id) && filter.Fits("region_id", region));
        return IdentityView.Many(context.Request, "endpoints", asked,
            (json, request, endpoint) => WriteEndpoint(json, request, endpoint, region));
    }

    private static JsonResponse ShowEndpoint(string id, HttpContext context, IOptions<IdentityOptions> options)
    {
        context.RequireIdentity(IdentityRules.GetEndpoint);
        var endpoint =
            Catalog.Services.SelectMany(service => service.Endpoints).FirstOrDefault(endpoint => endpoint.Id == id)
            ?? throw Refusal.NotFound("endpoint", id);
        return IdentityView.One(context.Request, "endpoint", endpoint,
            (json, request, one) => WriteEndpoint(json, request, one, options.Value.Region));
    }

    private static JsonResponse ListRegions(HttpRequest request, IOptions<IdentityOptions> options)
        => IdentityView.Many(request, "regions", [options.Value.Region], WriteRegion);

    private static JsonResponse ShowRegion(string id, HttpRequest request, IOptions<IdentityOptions> options)
        => id == options.Value.Region
            ? IdentityView.One(request, "region", id, WriteRegion)
            : throw Refusal.NotFound("region", id);

    private static void WriteService(Utf8JsonWriter json, HttpRequest request, CatalogService service)
    {
        json.WriteStartObject();
        json.WriteString("id", service.Id);
        json.WriteString("type", service.Type);
        json.WriteString("name", service.Name);
        json.WriteBoolean("enabled", true);
        IdentityView.WriteSelf(json, request, $"services/{service.Id}");
        json.WriteEndObject();
    }

    private static void WriteEndpoint(Utf8JsonWriter json, HttpRequest request, CatalogEndpoint endpoint, string region)
    {
        json.WriteStartObject();
        json.WriteString("id", endpoint.Id);
        json.WriteString("interface", endpoint.Interface);
        json.WriteString("region", region);
        json.WriteString("region_id", region);
        json.WriteString("service_id", endpoint.Service.Id);
        json.WriteString("url", Links.Base(request) + endpoint.Service.Path);
        json.WriteBoolean("enabled", true);
        IdentityView.WriteSelf(json, request, $"endpoints/{endpoint.Id}");
        json.WriteEndObject();
    }

    private static void WriteRegion(Utf8JsonWriter json, HttpRequest request, string region)
    {
        json.WriteStartObject();
        json.WriteString("id", region);
        json.WriteString("description", "");
        json.WriteNull("parent_region_id");
        IdentityView.WriteSelf(json, request, $"regions/{region}");
        json.WriteEndObject();
    }
}
