using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Identity.Api;

/// <summary>Role assignments: keystone/api/projects.py and domains.py (grants), role_assignments.py.</summary>
internal static class AssignmentsApi
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapAssignments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/role_assignments", List);
        foreach (var scope in (string[])["projects", "domains"])
        {
            app.MapGet($"/identity/v3/{scope}/{{scopeId}}/users/{{userId}}/roles", ListOf);
            app.MapPut($"/identity/v3/{scope}/{{scopeId}}/users/{{userId}}/roles/{{roleId}}", Assign);
            app.MapMethods($"/identity/v3/{scope}/{{scopeId}}/users/{{userId}}/roles/{{roleId}}", Reading, Check);
            app.MapDelete($"/identity/v3/{scope}/{{scopeId}}/users/{{userId}}/roles/{{roleId}}", Unassign);
        }
    }

    private static async Task<JsonResponse> ListOf(
        string scopeId, string userId, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListGrants);
        RequireKind(context, scopeId);
        return IdentityView.Many(
            context.Request, "roles", await store.ListOfAsync(userId, scopeId, cancellationToken), IdentityView.Write);
    }

    private static async Task<NoContent> Assign(
        [AsParameters] Grant grant, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.CreateGrant);
        RequireKind(context, grant.ScopeId);
        await store.AssignAsync(grant.ToAssignment(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> Check(
        [AsParameters] Grant grant, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.CheckGrant);
        RequireKind(context, grant.ScopeId);
        return await store.HasAsync(grant.ToAssignment(), cancellationToken)
            ? TypedResults.NoContent()
            : throw RoleStore.NotAssigned(grant.ToAssignment());
    }

    private static async Task<NoContent> Unassign(
        [AsParameters] Grant grant, HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.RevokeGrant);
        RequireKind(context, grant.ScopeId);
        await store.UnassignAsync(grant.ToAssignment(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<JsonResponse> List(
        HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListRoleAssignments);
        var filter = new ListFilter(context.Request);
        RefuseContradictions(filter);
        var assigned = await store.ListAssignmentsAsync(cancellationToken);
        // There are no groups, system roles or inherited roles.
        if (filter.Has("group.id") || filter.Has("scope.system") || filter.Has("scope.OS-INHERIT:inherited_to"))
            assigned = [];
        var effective = filter.IsTrue("effective") ? assigned.SelectMany(AssignmentView.WithImplied) : assigned;
        var names = filter.IsTrue("include_names");
        return IdentityView.Many(context.Request, "role_assignments",
            effective.Where(one => Fits(filter, one)).DistinctBy(AssignmentView.Identity),
            (json, request, one) => AssignmentView.Write(json, request, one, names));
    }

    private static void RefuseContradictions(ListFilter filter)
    {
        if (filter.Has("user.id") && filter.Has("group.id"))
            throw Fault.BadRequest("Specify a user or group, not both");
        if (filter.Has("scope.project.id") && filter.Has("scope.domain.id"))
            throw Fault.BadRequest("Specify a domain or project, not both");
        if (filter.IsTrue("effective") && filter.Has("group.id"))
            throw Fault.BadRequest("Combining effective and group filter will always result in an empty list.");
    }

    private static bool Fits(ListFilter filter, NamedAssignment one)
        => filter.Fits("user.id", one.UserId)
            && filter.Fits("role.id", one.RoleId)
            && (!filter.Has("scope.project.id") || filter.Fits("scope.project.id", one.ScopeId))
            && (!filter.Has("scope.domain.id") || filter.Fits("scope.domain.id", one.ScopeId));

    /// <summary>Under /projects the scope must be a project, under /domains the domain.</summary>
    private static void RequireKind(HttpContext context, string scopeId)
    {
        var byDomain = context.Request.Path.StartsWithSegments("/identity/v3/domains");
        if (byDomain != (scopeId == Domain.Id))
            throw Refusal.NotFound(byDomain ? "domain" : "project", scopeId);
    }
}

/// <summary>An assignment in a route's address.</summary>
internal sealed record Grant(string ScopeId, string UserId, string RoleId)
{
    public RoleAssignment ToAssignment() => new(UserId, ScopeId, RoleId);
}
