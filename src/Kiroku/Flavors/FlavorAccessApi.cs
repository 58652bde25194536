using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Flavors;

/// <summary>Which projects may use a flavor that is not public (nova/api/openstack/compute/flavor_access.py).</summary>
internal static class FlavorAccessApi
{
    public static void MapFlavorAccess(this IEndpointRouteBuilder app)
    {
        app.MapGet("/flavors/{id}/os-flavor-access", List);
        app.MapPost("/flavors/{id}/action", Act);
    }

    private static async Task<JsonResponse> List(string id, HttpContext context, FlavorStore store)
    {
        FlavorsApi.Require(context, FlavorRules.AccessList);
        var flavor = await FlavorsApi.FindAsync(id, context, store);
        return flavor.IsPublic
            ? throw Fault.NotFound("Access list not available for public flavors.")
            : await AnswerAsync(id, context, store);
    }

    private static async Task<JsonResponse> Act(
        string id, HttpContext context, FlavorStore store, ProjectStore projects)
    {
        var body = await RequestBody.ReadObjectAsync(context.Request);
        var action = body.EnumerateObject().Select(property => property.Name).Distinct(StringComparer.Ordinal)
            .ToList() is [var key]
            ? key : throw Fault.MalformedBody();
        if (action == "addTenantAccess")
            await AddAsync(id, context, store, projects);
        else if (action == "removeTenantAccess")
            await RemoveAsync(id, context, store);
        else
            throw Fault.BadRequest($"There is no such action: {action}");
        return await AnswerAsync(id, context, store);
    }

    private static async Task AddAsync(string id, HttpContext context, FlavorStore store, ProjectStore projects)
    {
        var body = await FlavorsApi.ReadAsync(context, (_, _) => FlavorSchemas.AddAccess, FlavorRules.AccessAdd);
        var project = TenantOf(body.GetProperty("addTenantAccess"));
        if (await projects.FindAsync(project, context.RequestAborted) is null)
            throw Fault.BadRequest($"Project ID {project} is not a valid project.");
        var flavor = await FlavorsApi.FindAsync(id, context, store);
        if (flavor.IsPublic && Microversions.Of(context) >= 7)
            throw Fault.Conflict("Can not add access to a public flavor.");
        if (!await store.AddAccessAsync(id, project, context.RequestAborted))
            throw Fault.Conflict($"Flavor access already exists for flavor {id} and project {project} combination.");
    }

    /// <summary>A project that no longer exists can be removed, too.</summary>
    private static async Task RemoveAsync(string id, HttpContext context, FlavorStore store)
    {
        var body = await FlavorsApi.ReadAsync(context, (_, _) => FlavorSchemas.RemoveAccess, FlavorRules.AccessRemove);
        var project = TenantOf(body.GetProperty("removeTenantAccess"));
        await FlavorsApi.FindAsync(id, context, store);
        if (!await store.RemoveAccessAsync(id, project, context.RequestAborted))
            throw Fault.NotFound($"Flavor access not found for {id} / {project} combination.");
    }

    private static string TenantOf(JsonElement access) => access.GetProperty("tenant").GetString()!;

    private static async Task<JsonResponse> AnswerAsync(string id, HttpContext context, FlavorStore store)
    {
        var projects = await store.ListAccessAsync(id, context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("flavor_access");
            foreach (var project in projects)
            {
                json.WriteStartObject();
                json.WriteString("flavor_id", id);
                json.WriteString("tenant_id", project);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
