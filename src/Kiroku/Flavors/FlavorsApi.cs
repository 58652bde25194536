using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity;
using Microsoft.AspNetCore.Http.Extensions;

namespace Kiroku.Flavors;

/// <summary>Flavors, for reading (Nova's /flavors).</summary>
internal static class FlavorsApi
{
    public static void MapFlavorRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/flavors", List);
        app.MapGet("/flavors/detail", ListDetail);
        app.MapGet("/flavors/{id}", Show);
        app.MapGet("/flavors/{id}/os-extra_specs", ListExtraSpecs);
    }

    private static Task<JsonResponse> List(HttpContext context, FlavorStore store, CancellationToken cancellationToken)
        => ListAsync(context, store, "/flavors", FlavorView.WriteBrief, cancellationToken);

    private static Task<JsonResponse> ListDetail(HttpContext context, FlavorStore store, CancellationToken cancellationToken)
        => ListAsync(context, store, "/flavors/detail", FlavorView.WriteDetail, cancellationToken);

    private static async Task<JsonResponse> Show(string id, HttpContext context, FlavorStore store, CancellationToken cancellationToken)
    {
        var flavor = await FindAsync(id, store, cancellationToken);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("flavor");
            FlavorView.WriteDetail(json, context.Request, flavor);
            json.WriteEndObject();
        });
    }

    private static async Task<JsonResponse> ListExtraSpecs(string id, HttpContext context, FlavorStore store, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context);
        caller.Require(Rules.FlavorExtraSpecs, caller.ProjectId);
        await FindAsync(id, store, cancellationToken);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("extra_specs");
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static async Task<JsonResponse> ListAsync(
        HttpContext context, FlavorStore store, string path, Action<Utf8JsonWriter, HttpRequest, Flavor> write, CancellationToken cancellationToken)
    {
        var query = new FlavorQuery(context);
        var page = query.Choose(await store.ListAsync(cancellationToken));
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("flavors");
            foreach (var flavor in page)
                write(json, context.Request, flavor);
            json.WriteEndArray();
            if (page.Count > 0 && page.Count == query.PageSize)
                WriteNext(json, context.Request, path, page[^1].Id);
            json.WriteEndObject();
        });
    }

    private static void WriteNext(Utf8JsonWriter json, HttpRequest request, string path, string marker)
    {
        var query = request.Query.Where(pair => pair.Key != "marker").OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? ""))
            .Append(KeyValuePair.Create("marker", marker));
        json.WriteStartArray("flavors_links");
        Links.Write(json, "next", Links.ComputeBase(request) + path + new QueryBuilder(query));
        json.WriteEndArray();
    }

    private static async Task<Flavor> FindAsync(string id, FlavorStore store, CancellationToken cancellationToken)
        => await store.FindAsync(id, cancellationToken) ?? throw Fault.NotFound($"Flavor {id} could not be found.");
}
