using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Identity.Api;

/// <summary>
/// Application credentials: keystone/api/users.py. Only the user can create them; administrators can read and delete
/// them.
/// </summary>
internal static class CredentialsApi
{
    private const string Delegated =
        "You are not authorized to perform the requested action: "
            + "Using method 'application_credential' is not allowed for managing additional application credentials..";

    public static void MapCredentials(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/users/{userId}/application_credentials", List);
        app.MapPost("/identity/v3/users/{userId}/application_credentials", Create);
        app.MapGet("/identity/v3/users/{userId}/application_credentials/{id}", Show);
        app.MapDelete("/identity/v3/users/{userId}/application_credentials/{id}", Delete);
    }

    private static async Task<JsonResponse> List(
        string userId, HttpContext context, CredentialStore store, CancellationToken cancellationToken)
    {
        Require(context, userId, IdentityRules.ListApplicationCredentials);
        var filter = new ListFilter(context.Request);
        var found = await store.ListOfUserAsync(userId, cancellationToken);
        return IdentityView.Many(
            context.Request, "application_credentials", found.Where(one => filter.Fits("name", one.Name)), Write);
    }

    private static async Task<JsonResponse> Show(
        string userId, string id, HttpContext context, CredentialStore store, CancellationToken cancellationToken)
    {
        Require(context, userId, IdentityRules.GetApplicationCredential);
        return IdentityView.One(
            context.Request, CredentialProof.Method, await FindAsync(userId, id, store, cancellationToken), Write);
    }

    private static async Task<JsonResponse> Create(
        string userId, HttpContext context, CredentialStore store, Passwords passwords, TimeProvider time)
    {
        var signIn = SignIn.Of(context);
        if (signIn.User.Id != userId)
            throw Refusal.Forbidden(IdentityRules.CreateApplicationCredential.Name);
        RefuseRestricted(signIn);
        if (signIn.Project is not { } project)
            throw Fault.BadRequest(
                "Invalid application credential: Application credentials are for a project; this token is for none");
        var now = time.UtcNow();
        var request = await CredentialRequest.ReadAsync(context.Request, signIn, now);
        var credential = await store.AddAsync(
            new ApplicationCredential
            {
                Id = Guid.NewGuid().ToString("N"),
                UserId = userId,
                ProjectId = project.Id,
                Name = request.Name,
                SecretHash = await passwords.HashAsync(request.Secret, context.RequestAborted),
                Description = request.Description,
                ExpiresAt = request.ExpiresAt,
                Unrestricted = request.Unrestricted,
                CreatedAt = now,
                Roles = request.Roles,
            }, context.RequestAborted);
        return IdentityView.One(
            context.Request, CredentialProof.Method, credential,
            (json, to, one) => Write(json, to, one, request.Secret), StatusCodes.Status201Created);
    }

    private static async Task<NoContent> Delete(
        string userId, string id, HttpContext context, CredentialStore store, CancellationToken cancellationToken)
    {
        Require(context, userId, IdentityRules.DeleteApplicationCredential);
        RefuseRestricted(SignIn.Of(context));
        await FindAsync(userId, id, store, cancellationToken);
        await store.DeleteAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static void Require(HttpContext context, string userId, Rule rule)
        => context.RequireIdentity(rule, own: SignIn.Of(context).User.Id == userId);

    /// <summary>A program must not use its application credential to create further ones, unless that was
    /// allowed.</summary>
    private static void RefuseRestricted(SignIn signIn)
    {
        if (signIn.Credential is { Unrestricted: false })
            throw Refusal.NotAllowed(Delegated);
    }

    private static async Task<ApplicationCredential> FindAsync(
        string userId, string id, CredentialStore store, CancellationToken cancellationToken)
        => await store.FindAsync(id, cancellationToken) is { } found && found.UserId == userId
            ? found
            : throw Refusal.NotFound("Application Credential", id);

    private static void Write(Utf8JsonWriter json, HttpRequest request, ApplicationCredential credential)
        => Write(json, request, credential, null);

    private static void Write(
        Utf8JsonWriter json, HttpRequest request, ApplicationCredential credential, string? secret)
    {
        json.WriteStartObject();
        json.WriteString("id", credential.Id);
        json.WriteString("name", credential.Name);
        json.WriteString("description", credential.Description);
        json.WriteString("user_id", credential.UserId);
        json.WriteString("project_id", credential.ProjectId);
        json.WriteNull("system");
        json.WriteString("expires_at", credential.ExpiresAt is { } expiry ? Timestamps.Format(expiry) : null);
        json.WriteBoolean("unrestricted", credential.Unrestricted);
        json.WriteStartArray("roles");
        foreach (var role in credential.Roles)
        {
            json.WriteStartObject();
            IdentityView.WriteRoleFields(json, role);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (secret is not null)
            json.WriteString("secret", secret);
        IdentityView.WriteSelf(json, request, $"users/{credential.UserId}/application_credentials/{credential.Id}");
        json.WriteEndObject();
    }
}
