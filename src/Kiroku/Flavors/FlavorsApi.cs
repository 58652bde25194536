using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Flavors;

/// <summary>Flavors (Nova's /flavors). Everyone may read them, administrators may change them.</summary>
internal static class FlavorsApi
{
    public static void MapFlavorRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/flavors", List);
        app.MapPost("/flavors", Create);
        app.MapGet("/flavors/detail", ListDetail);
        app.MapGet("/flavors/{id}", Show);
        app.MapPut("/flavors/{id}", Update);
        app.MapDelete("/flavors/{id}", Delete);
    }

    /// <summary>The flavor, if the caller may see it.</summary>
    /// <exception cref="Fault">404 otherwise.</exception>
    public static async Task<Flavor> FindAsync(string id, HttpContext context, FlavorStore store)
        => await store.FindAsync(id, FlavorViewer.Of(Caller.Of(context)), context.RequestAborted) ?? throw NotFound(id);

    public static Fault NotFound(string id) => Fault.NotFound($"Flavor {id} could not be found.");

    /// <summary>Reads a body and validates it against the schema, then checks that the rule allows the
    /// caller.</summary>
    public static async Task<JsonElement> ReadAsync(
        HttpContext context, Func<Microversion, bool, Schema> schema, Rule rule)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var relaxed = Microversions.IsRelaxed(context);
        schema(Microversions.Of(context), relaxed).Require(body, relaxed);
        Require(context, rule);
        return body;
    }

    /// <summary>Flavors belong to no project, so a rule about them is checked in the caller's own.</summary>
    public static void Require(HttpContext context, Rule rule)
    {
        var caller = Caller.Of(context);
        caller.Require(rule, caller.ProjectId);
    }

    private static Task<JsonResponse> List(HttpContext context, FlavorStore store)
        => ListAsync(context, store, FlavorView.WriteBrief);

    private static Task<JsonResponse> ListDetail(HttpContext context, FlavorStore store)
        => ListAsync(context, store, FlavorView.WriteDetail);

    private static async Task<JsonResponse> Show(string id, HttpContext context, FlavorStore store)
        => FlavorView.Show(context, await FindAsync(id, context, store));

    private static async Task<JsonResponse> Create(HttpContext context, FlavorStore store, TimeProvider time)
    {
        var body = await ReadAsync(context, FlavorSchemas.Create, FlavorRules.Create);
        var flavor = NewFlavor.Read(body.GetProperty("flavor"), Microversions.Of(context), time.UtcNow());
        await store.AddAsync(flavor, context.RequestAborted);
        return FlavorView.Show(context, flavor);
    }

    private static async Task<JsonResponse> Update(string id, HttpContext context, FlavorStore store)
    {
        if (Microversions.Of(context) < 55)
            throw Fault.NotFound();
        var body = await ReadAsync(context, (_, _) => FlavorSchemas.Update, FlavorRules.Update);
        var description = NewFlavor.Text(body.GetProperty("flavor"), "description");
        var flavor = await store.ChangeAsync(
            id, flavor => flavor with { Description = description }, context.RequestAborted);
        return FlavorView.Show(context, flavor ?? throw NotFound(id));
    }

    private static async Task<IResult> Delete(string id, HttpContext context, FlavorStore store)
    {
        Require(context, FlavorRules.Delete);
        if (!await store.DeleteAsync(id, context.RequestAborted))
            throw NotFound(id);
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<JsonResponse> ListAsync(
        HttpContext context, FlavorStore store, Action<Utf8JsonWriter, HttpRequest, Flavor> write)
    {
        var query = new FlavorQuery(context);
        var page = query.Choose(
            await store.ListAsync(query.Choice(), Caller.Of(context).ProjectId, context.RequestAborted));
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("flavors");
            foreach (var flavor in page)
                write(json, context.Request, flavor);
            json.WriteEndArray();
            new QueryParameters(context.Request).WriteNextLink(
                json, "flavors_links", page.Count, query.PageSize, page.Count > 0 ? page[^1].Id : null, always: false);
            json.WriteEndObject();
        });
    }
}
