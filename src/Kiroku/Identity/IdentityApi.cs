using Kiroku.Api;

namespace Kiroku.Identity;

/// <summary>
/// Keystone's v3 as far as clients need it to find themselves: versions, projects, users and the domain, read-only.
/// Administrators see all, everybody else what is their own.
/// </summary>
internal static class IdentityApi
{
    public static void MapIdentityReads(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity", IdentityVersions.List);
        app.MapGet("/identity/v3", IdentityVersions.Show);
        app.MapGet("/identity/v3/auth/projects", ListOwnProjects);
        app.MapGet("/identity/v3/projects", ListProjects);
        app.MapGet("/identity/v3/projects/{id}", ShowProject);
        app.MapGet("/identity/v3/users", ListUsers);
        app.MapGet("/identity/v3/users/{id}", ShowUser);
        app.MapGet("/identity/v3/users/{id}/projects", ListProjectsOfUser);
        app.MapGet("/identity/v3/domains", ListDomains);
        app.MapGet("/identity/v3/domains/{id}", ShowDomain);
    }

    public static Fault Forbidden(string rule) => new(403, $"You are not authorized to perform the requested action: {rule}.");

    private static async Task<JsonResponse> ListOwnProjects(HttpContext context, IdentityStore store, CancellationToken cancellationToken)
    {
        var own = await store.ListProjectsOfAsync(SignIn.Of(context).User.Id, cancellationToken);
        return IdentityView.Many(context.Request, "projects", own.Where(project => project.Enabled), IdentityView.Write);
    }

    private static async Task<JsonResponse> ListProjects(HttpContext context, IdentityStore store, CancellationToken cancellationToken)
    {
        var visible = await VisibleProjectsAsync(context, store, cancellationToken);
        var asked = visible.Where(project => IsAsked(context.Request, project.Name, project.Enabled));
        return IdentityView.Many(context.Request, "projects", asked, IdentityView.Write);
    }

    private static async Task<JsonResponse> ShowProject(string id, HttpContext context, IdentityStore store, CancellationToken cancellationToken)
    {
        var visible = await VisibleProjectsAsync(context, store, cancellationToken);
        var project = visible.FirstOrDefault(project => project.Id == id) ?? throw Fault.NotFound($"Could not find project: {id}.");
        return IdentityView.One(context.Request, "project", project, IdentityView.Write);
    }

    private static async Task<JsonResponse> ListUsers(HttpContext context, IdentityStore store, CancellationToken cancellationToken)
    {
        var visible = await VisibleUsersAsync(context, store, cancellationToken);
        var asked = visible.Where(user => IsAsked(context.Request, user.Name, user.Enabled));
        return IdentityView.Many(context.Request, "users", asked, IdentityView.Write);
    }

    private static async Task<JsonResponse> ShowUser(string id, HttpContext context, IdentityStore store, CancellationToken cancellationToken)
        => IdentityView.One(context.Request, "user", await FindUserAsync(id, context, store, cancellationToken), IdentityView.Write);

    private static async Task<JsonResponse> ListProjectsOfUser(string id, HttpContext context, IdentityStore store, CancellationToken cancellationToken)
    {
        var user = await FindUserAsync(id, context, store, cancellationToken);
        return IdentityView.Many(context.Request, "projects", await store.ListProjectsOfAsync(user.Id, cancellationToken), IdentityView.Write);
    }

    private static JsonResponse ListDomains(HttpRequest request)
    {
        string[] asked = IsAsked(request, Domain.Name, enabled: true) ? [Domain.Id] : [];
        return IdentityView.Many(request, "domains", asked, IdentityView.WriteDomain);
    }

    private static JsonResponse ShowDomain(string id, HttpRequest request)
        => id == Domain.Id
            ? IdentityView.One(request, "domain", id, IdentityView.WriteDomain)
            : throw Fault.NotFound($"Could not find domain: {id}.");

    private static Task<IEnumerable<Project>> VisibleProjectsAsync(HttpContext context, IdentityStore store, CancellationToken cancellationToken)
    {
        var signIn = SignIn.Of(context);
        return signIn.IsAdmin ? store.ListProjectsAsync(cancellationToken) : store.ListProjectsOfAsync(signIn.User.Id, cancellationToken);
    }

    private static async Task<IEnumerable<User>> VisibleUsersAsync(HttpContext context, IdentityStore store, CancellationToken cancellationToken)
    {
        var signIn = SignIn.Of(context);
        return signIn.IsAdmin ? await store.ListUsersAsync(cancellationToken) : [signIn.User];
    }

    private static async Task<User> FindUserAsync(string id, HttpContext context, IdentityStore store, CancellationToken cancellationToken)
        => (await VisibleUsersAsync(context, store, cancellationToken)).FirstOrDefault(user => user.Id == id)
            ?? throw Fault.NotFound($"Could not find user: {id}.");

    private static bool IsAsked(HttpRequest request, string name, bool enabled)
    {
        var query = request.Query;
        return (!query.TryGetValue("name", out var asked) || asked == name)
            && (!query.TryGetValue("domain_id", out var domain) || domain == Domain.Id)
            && (!query.TryGetValue("enabled", out var wanted) || enabled == IsTrue(wanted));
    }

    /// <summary>Keystone takes a filter by a truth value without one as true.</summary>
    private static bool IsTrue(string? value) => value?.ToUpperInvariant() is not ("FALSE" or "0" or "NO" or "OFF");
}
