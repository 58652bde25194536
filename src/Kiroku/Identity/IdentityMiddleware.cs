using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Keystone;
using Kiroku.Identity.Tokens;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity;

/// <summary>Requires a valid token for all paths of the five services, except those listed here.</summary>
internal sealed class IdentityMiddleware(
    RequestDelegate next, ITokenValidator tokens, Policy policy, IOptions<KeystoneOptions> keystone)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (NeedsToken(context.Request) && !IsUnknownIdentity(context)
            && !(keystone.Value.IsUsed && IsUnder(context.Request.Path, "/identity")))
        {
            var signIn = await tokens.ValidateAsync(context.Request.Headers[TokenHeaders.Token], context.RequestAborted)
                ?? throw Fault.Unauthorized();
            signIn.Set(context, policy);
            if (!IsUnder(context.Request.Path, "/identity"))
                RequireProject(context, signIn.Project);
        }
        await next(context);
    }

    private static bool NeedsToken(HttpRequest request)
    {
        var path = request.Path;
        var ours =
            IsUnder(path, "/v2") || IsUnder(path, "/v2.1") || IsUnder(path, "/image") || IsUnder(path, "/network")
                || IsUnder(path, "/identity") || IsUnder(path, "/actions");
        if (!ours || VersionsApi.IsOpen(path))
            return false;
        return path.Value switch
        {
            "/image" or "/image/" or "/image/versions" => false,
            "/network" or "/network/" => false,
            // Says what there is, and nothing of what is in it.
            "/actions/v1/openapi.json" => false,
            "/identity" or "/identity/" or "/identity/v3" or "/identity/v3/" => false,
            "/identity/v3/auth/tokens" => !HttpMethods.IsPost(request.Method),
            // Needs no token: the old password is the proof, and a user without a token must be able to change it.
            { } value when HttpMethods.IsPost(request.Method)
                && value.StartsWith("/identity/v3/users/", StringComparison.Ordinal)
                && value.EndsWith("/password", StringComparison.Ordinal) => false,
            _ => true,
        };
    }

    /// <summary>As Keystone, whose router answers before its policy: what leads nowhere is 404 for everybody.</summary>
    private static bool IsUnknownIdentity(HttpContext context)
        => IsUnder(context.Request.Path, "/identity") && context.GetEndpoint() is null;

    /// <summary>
    /// All but identity require a token for a project. A project in the address must be the token's
    /// (nova/api/openstack/wsgi.py, _process_stack). As in Nova, text that does not look like an id is no project,
    /// and its route does not exist ([api] project_id_regex).
    /// </summary>
    private static void RequireProject(HttpContext context, Project? project)
    {
        if (project is null)
            throw Fault.Unauthorized();
        if (context.GetRouteValue(ComputeRoutes.ProjectId) is not string named || named == project.Id)
            return;
        if (named.All(character => char.IsAsciiHexDigitLower(character) || character == '-'))
            throw Fault.BadRequest(
                $"Malformed request URL: URL's project_id '{named}' doesn't match Context's project_id '{project.Id}'");
        context.SetEndpoint(null);
    }

    private static bool IsUnder(PathString path, string prefix) => path.StartsWithSegments(prefix);
}
