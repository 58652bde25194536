using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using static Kiroku.Identity.Api.IdentityBody;

namespace Kiroku.Identity.Api;

/// <summary>Users: keystone/api/users.py.</summary>
internal static class UsersApi
{
    private static readonly string[] Known =
        ["id", "name", "domain_id", "enabled", "password", "default_project_id", "options", "links",
            "password_expires_at", "extra"];

    /// <summary>Filters that match no user here: there are no federated users and no expiring passwords.</summary>
    private static readonly string[] UnsupportedFilters = ["idp_id", "protocol_id", "unique_id", "password_expires_at"];

    private static readonly Schema Body = new Schema
    {
        Types = ["object"],
        Open = true,
        Required = ["name"],
        Properties = new OrderedDictionary<string, Schema>
        {
            ["default_project_id"] = IdOrNull,
            ["description"] = Text,
            ["domain_id"] = IdentityBody.Id,
            ["enabled"] = IdentityBody.Boolean,
            ["name"] = Name,
            ["password"] = Text,
            ["options"] = new() { Types = ["object"], Properties = new OrderedDictionary<string, Schema>() },
        },
    };

    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/users", List);
        app.MapPost("/identity/v3/users", Create);
        app.MapGet("/identity/v3/users/{id}", Show);
        app.MapPatch("/identity/v3/users/{id}", Update);
        app.MapDelete("/identity/v3/users/{id}", Delete);
        app.MapGet("/identity/v3/users/{id}/projects", ListProjects);
    }

    private static async Task<JsonResponse> List(
        HttpContext context, UserStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListUsers);
        var filter = new ListFilter(context.Request);
        var found = await store.ListAsync(filter.Asked("name"), cancellationToken);
        return IdentityView.Many(context.Request, "users", found.Where(user => Fits(filter, user)), IdentityView.Write);
    }

    private static async Task<JsonResponse> Show(
        string id, HttpContext context, UserStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.GetUser, own: SignIn.Of(context).User.Id == id);
        var user = await store.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound("user", id);
        return IdentityView.One(context.Request, "user", user, IdentityView.Write);
    }

    private static async Task<JsonResponse> Create(
        HttpContext context, UserStore store, Passwords passwords, TimeProvider time,
        CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.CreateUser);
        var body = await ReadAsync(context.Request, "user", Body);
        if (TextOf(body, "domain_id", Domain.Id) is var domain && domain != Domain.Id)
            throw Refusal.NotFound("domain", domain!);
        var fresh = new User
        {
            Id = Guid.NewGuid().ToString("N"),
            Name = "",
            PasswordHash = "",
            ValidAfter = time.UtcNow(),
        };
        var user = await store.AddAsync(
            Filled(fresh, body, await HashAsync(body, passwords, cancellationToken)), cancellationToken);
        return IdentityView.One(context.Request, "user", user, IdentityView.Write, StatusCodes.Status201Created);
    }

    private static async Task<JsonResponse> Update(
        string id, HttpContext context, UserStore store, Passwords passwords, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.UpdateUser);
        var body = await ReadChangeAsync(context.Request, "user", Body);
        var hash = await HashAsync(body, passwords, cancellationToken);
        var user = await store.ChangeAsync(id, before => Changed(before, body, hash), cancellationToken);
        return IdentityView.One(context.Request, "user", user, IdentityView.Write);
    }

    private static async Task<NoContent> Delete(
        string id, HttpContext context, UserStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.DeleteUser);
        await store.DeleteAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<JsonResponse> ListProjects(
        string id, HttpContext context, UserStore users, ProjectStore projects, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListUserProjects, own: SignIn.Of(context).User.Id == id);
        _ = await users.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound("user", id);
        return IdentityView.Many(
            context.Request, "projects", await projects.ListOfUserAsync(id, cancellationToken), IdentityView.Write);
    }

    /// <summary>
    /// The hash of the body's password; null if there is none. Computed outside the transaction because it takes
    /// long.
    /// </summary>
    private static async Task<string?> HashAsync(
        JsonElement body, Passwords passwords, CancellationToken cancellationToken)
    {
        if (!body.TryGetProperty("password", out var password))
            return null;
        return password.GetString() is { } text ? await passwords.HashAsync(text, cancellationToken) : "";
    }

    private static User Changed(User before, JsonElement body, string? hash)
    {
        if (TextOf(body, "id", before.Id) != before.Id)
            throw Fault.BadRequest("Cannot change user ID");
        if (TextOf(body, "domain_id", Domain.Id) != Domain.Id)
            throw Fault.BadRequest("Cannot change Domain ID");
        return Filled(before, body, hash);
    }

    private static User Filled(User before, JsonElement body, string? hash) => before with
    {
        Name = TextOf(body, "name", before.Name)!.Trim(),
        PasswordHash = hash ?? before.PasswordHash,
        Enabled = TruthOf(body, "enabled", before.Enabled),
        DefaultProjectId = TextOf(body, "default_project_id", before.DefaultProjectId),
        Extra = ExtraOf(body, before.Extra, Known),
    };

    private static bool Fits(ListFilter filter, User user)
        => filter.Fits("name", user.Name) && filter.Fits("domain_id", Domain.Id) && filter.Fits("enabled", user.Enabled)
            && !UnsupportedFilters.Any(filter.Has);
}
