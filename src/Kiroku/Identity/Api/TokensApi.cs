using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Kiroku.Identity.Tokens;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Api;

/// <summary>Issues, shows and revokes tokens (Keystone's /v3/auth).</summary>
internal static class TokensApi
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapPost("/identity/v3/auth/tokens", Issue);
        app.MapMethods("/identity/v3/auth/tokens", Reading, Show);
        app.MapDelete("/identity/v3/auth/tokens", Revoke);
        app.MapGet("/identity/v3/auth/catalog", ShowCatalog);
        app.MapGet("/identity/v3/auth/projects", ListProjects);
        app.MapGet("/identity/v3/auth/domains", ListDomains);
    }

    private static async Task<JsonResponse> Issue(
        HttpContext context, OwnTokens tokens, IOptions<IdentityOptions> options, CancellationToken cancellationToken)
    {
        var request = AuthRequest.Read(await IdentityBody.ReadAsync(context.Request));
        var (token, signIn) = await tokens.IssueAsync(request, context.Connection.RemoteIpAddress, cancellationToken);
        context.Response.Headers[TokenHeaders.Subject] = token;
        context.Response.Headers.Vary = TokenHeaders.Token;
        return Answer(StatusCodes.Status201Created, context.Request, signIn, options.Value);
    }

    private static async Task<JsonResponse> Show(
        HttpContext context, OwnTokens tokens, IOptions<IdentityOptions> options, CancellationToken cancellationToken)
    {
        var subject = await SubjectAsync(context, tokens, IdentityRules.ValidateToken, cancellationToken);
        context.Response.Headers[TokenHeaders.Subject] = context.Request.Headers[TokenHeaders.Subject];
        context.Response.Headers.Vary = TokenHeaders.Token;
        return Answer(StatusCodes.Status200OK, context.Request, subject, options.Value);
    }

    private static async Task<IResult> Revoke(
        HttpContext context, OwnTokens tokens, CancellationToken cancellationToken)
    {
        var subject = await SubjectAsync(context, tokens, IdentityRules.RevokeToken, cancellationToken);
        await tokens.RevokeAsync(subject.Claims, cancellationToken);
        return TypedResults.NoContent();
    }

    private static JsonResponse ShowCatalog(HttpContext context, IOptions<IdentityOptions> options)
    {
        if (SignIn.Of(context).Claims.ScopeId is null)
            throw Refusal.NotAllowed("You are not authorized to perform the requested action.");
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            Catalog.Write(json, Links.Base(context.Request), options.Value.Region);
            json.WriteStartObject("links");
            json.WriteString("self", $"{Links.Base(context.Request)}/identity/v3/auth/catalog");
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static async Task<JsonResponse> ListProjects(
        HttpContext context, ProjectStore store, CancellationToken cancellationToken)
    {
        var own = await store.ListOfUserAsync(SignIn.Of(context).User.Id, cancellationToken);
        return IdentityView.Many(
            context.Request, "projects", own.Where(project => project.Enabled), IdentityView.Write);
    }

    private static async Task<JsonResponse> ListDomains(
        HttpContext context, RoleStore store, CancellationToken cancellationToken)
    {
        var held = await store.ListOfAsync(SignIn.Of(context).User.Id, Domain.Id, cancellationToken);
        return IdentityView.Many<string>(
            context.Request, "domains", held.Any() ? [Domain.Id] : [], IdentityView.WriteDomain);
    }

    /// <summary>
    /// The token that the request is about. Administrators may ask about any token, others only about their own. One
    /// that does not hold is not found, whoever asks, as with Keystone.
    /// </summary>
    private static async Task<SignIn> SubjectAsync(
        HttpContext context, OwnTokens tokens, Rule rule, CancellationToken cancellationToken)
    {
        var named = context.Request.Headers[TokenHeaders.Subject];
        var subject = await tokens.ValidateAsync(named, cancellationToken);
        if (subject is null && named.Count > 0)
            throw Fault.NotFound("Could not find token.");
        context.RequireIdentity(rule, own: subject?.User.Id == SignIn.Of(context).User.Id);
        return subject ?? throw Fault.NotFound("Could not find token.");
    }

    private static JsonResponse Answer(int status, HttpRequest request, SignIn signIn, IdentityOptions options)
    {
        var wanted = !request.Query.ContainsKey("nocatalog");
        return new JsonResponse(status, json => TokenView.Write(
            json, signIn, wanted ? to => Catalog.Write(to, Links.Base(request), options.Region) : null));
    }
}
