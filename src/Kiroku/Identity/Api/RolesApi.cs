using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;
using static Kiroku.Identity.Api.IdentityBody;

namespace Kiroku.Identity.Api;

/// <summary>
/// Roles: keystone/api/roles.py. The three built-in ones cannot be changed. An operator may create others and name
/// them in the policy.
/// </summary>
internal static class RolesApi
{
    private static readonly string[] Known = ["id", "name", "domain_id", "description", "options", "links", "extra"];

    private static readonly Schema Body = new Schema
    {
        Types = ["object"],
        Open = true,
        Required = ["name"],
        Properties = new OrderedDictionary<string, Schema>
        {
            ["name"] = Name,
            ["description"] = Text,
            ["domain_id"] = new() { Types = ["null"] },
            ["options"] = Options,
        },
    };

    public static void MapRoles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/roles", List);
        app.MapPost("/identity/v3/roles", Create);
        app.MapGet("/identity/v3/roles/{id}", Show);
        app.MapPatch("/identity/v3/roles/{id}", Update);
        app.MapDelete("/identity/v3/roles/{id}", Delete);
    }

    private static async Task<JsonResponse> List(
        HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListRoles);
        var filter = new ListFilter(context.Request);
        // There are no roles specific to a domain.
        var found = filter.Has("domain_id") ? [] : await store.ListAsync(filter.Asked("name"), cancellationToken);
        return IdentityView.Many(
            context.Request, "roles", found.Where(role => filter.Fits("name", role.Name)), IdentityView.Write);
    }

    private static async Task<JsonResponse> Show(
        string id, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.GetRole);
        var role = await store.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound("role", id);
        return IdentityView.One(context.Request, "role", role, IdentityView.Write);
    }

    private static async Task<JsonResponse> Create(
        HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.CreateRole);
        var body = await ReadAsync(context.Request, "role", Body);
        var role = await store.AddAsync(
            Filled(new Role { Id = Guid.NewGuid().ToString("N"), Name = "" }, body), cancellationToken);
        return IdentityView.One(context.Request, "role", role, IdentityView.Write, StatusCodes.Status201Created);
    }

    private static async Task<JsonResponse> Update(
        string id, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.UpdateRole);
        var body = await ReadChangeAsync(context.Request, "role", Body);
        var role = await store.ChangeAsync(id, before => Changed(before, body), cancellationToken);
        return IdentityView.One(context.Request, "role", role, IdentityView.Write);
    }

    private static async Task<NoContent> Delete(
        string id, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.DeleteRole);
        await store.DeleteAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Role Changed(Role before, JsonElement body)
    {
        if (TextOf(body, "id", before.Id) != before.Id)
            throw Fault.BadRequest("Cannot change ID");
        if (before.Immutable && (before.IsOfKiroku || ImmutableOf(body, true)))
            throw Refusal.Immutable("update", "role", before.Id);
        return Filled(before, body);
    }

    private static Role Filled(Role before, JsonElement body) => before with
    {
        Name = TextOf(body, "name", before.Name)!.Trim(),
        Description = TextOf(body, "description", before.Description),
        Immutable = ImmutableOf(body, before.Immutable),
        Extra = ExtraOf(body, before.Extra, Known),
    };
}
