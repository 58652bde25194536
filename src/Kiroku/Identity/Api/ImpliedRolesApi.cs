using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Api;

/// <summary>
/// Implied roles: admin implies member, and member implies reader. They are read-only, because the policy relies on
/// them.
/// </summary>
internal static class ImpliedRolesApi
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapImpliedRoles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/role_inferences", ListAll);
        app.MapGet("/identity/v3/roles/{id}/implies", ListOf);
        app.MapMethods("/identity/v3/roles/{id}/implies/{implied}", Reading, Show);
    }

    private static JsonResponse ListAll(HttpContext context)
    {
        context.RequireIdentity(IdentityRules.ListRoleInferences);
        var priors = RoleNames.FromHighest.Select(Role.Of).Where(role => role.Implied is not null);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("role_inferences");
            foreach (var prior in priors)
                WriteInference(json, context.Request, prior, many: true);
            json.WriteEndArray();
            IdentityView.WriteSelf(json, context.Request);
            json.WriteEndObject();
        });
    }

    private static async Task<JsonResponse> ListOf(
        string id, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListImpliedRoles);
        return Answer(context.Request,
            await store.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound("role", id), many: true);
    }

    private static async Task<IResult> Show(
        string id, string implied, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.GetImpliedRole);
        var prior = await store.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound("role", id);
        _ = await store.FindAsync(implied, cancellationToken) ?? throw Refusal.NotFound("role", implied);
        if (prior.Implied?.Id != implied)
            throw Fault.NotFound($"{id} does not imply {implied}.");
        return HttpMethods.IsHead(context.Request.Method)
            ? TypedResults.NoContent()
            : Answer(context.Request, prior, many: false);
    }

    private static JsonResponse Answer(HttpRequest request, Role prior, bool many) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("role_inference");
        WriteInference(json, request, prior, many);
        IdentityView.WriteSelf(json, request);
        json.WriteEndObject();
    });

    private static void WriteInference(Utf8JsonWriter json, HttpRequest request, Role prior, bool many)
    {
        json.WriteStartObject();
        json.WritePropertyName("prior_role");
        WriteRole(json, request, prior);
        json.WritePropertyName("implies");
        if (many)
            json.WriteStartArray();
        if (prior.Implied is { } implied)
            WriteRole(json, request, implied);
        if (many)
            json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRole(Utf8JsonWriter json, HttpRequest request, Role role)
    {
        json.WriteStartObject();
        json.WriteString("id", role.Id);
        json.WriteString("name", role.Name);
        IdentityView.WriteSelf(json, request, $"roles/{role.Id}");
        json.WriteEndObject();
    }
}
