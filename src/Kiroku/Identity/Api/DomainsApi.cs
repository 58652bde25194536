using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.Api;

/// <summary>The only domain, and its groups, of which there are none.</summary>
internal static class DomainsApi
{
    public static void MapDomains(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/domains", List);
        app.MapGet("/identity/v3/domains/{id}", Show);
        app.MapGet("/identity/v3/groups", ListGroups);
        app.MapGet("/identity/v3/groups/{id}", ShowGroup);
        app.MapGet("/identity/v3/users/{id}/groups", ListGroupsOfUser);
    }

    private static JsonResponse List(HttpContext context)
    {
        context.RequireIdentity(IdentityRules.ListDomains);
        var filter = new ListFilter(context.Request);
        string[] asked = filter.Fits("name", Domain.Name) && filter.Fits("enabled", true) ? [Domain.Id] : [];
        return IdentityView.Many(context.Request, "domains", asked, IdentityView.WriteDomain);
    }

    private static JsonResponse Show(string id, HttpContext context)
    {
        // Everyone belongs to this domain.
        context.RequireIdentity(IdentityRules.GetDomain, own: id == Domain.Id);
        return id == Domain.Id
            ? IdentityView.One(context.Request, "domain", id, IdentityView.WriteDomain)
            : throw Refusal.NotFound("domain", id);
    }

    private static JsonResponse ListGroups(HttpContext context)
    {
        context.RequireIdentity(IdentityRules.ListGroups);
        return IdentityView.Many<string>(context.Request, "groups", [], IdentityView.WriteDomain);
    }

    private static JsonResponse ShowGroup(string id, HttpContext context)
    {
        context.RequireIdentity(IdentityRules.GetGroup);
        throw Refusal.NotFound("group", id);
    }

    private static async Task<JsonResponse> ListGroupsOfUser(
        string id, HttpContext context, UserStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListGroupsForUser, own: SignIn.Of(context).User.Id == id);
        _ = await store.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound("user", id);
        return IdentityView.Many<string>(context.Request, "groups", [], IdentityView.WriteDomain);
    }
}
