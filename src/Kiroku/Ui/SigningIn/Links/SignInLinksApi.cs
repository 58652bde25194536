using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.RateLimits;
using Kiroku.Identity.Tokens;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Sessions;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.SigningIn.Links;

/// <summary>
/// Signing in by a link that works once. Whoever has a token has one made; opening it shows whom it signs in, and a
/// button does so.
/// </summary>
internal static class SignInLinksApi
{
    private static readonly Schema Body = Schema.Object(("path", Parameters.Text));

    public static void MapSignInLinks(this IEndpointRouteBuilder app)
    {
        app.MapPost(Problem.SignInLinks.Value!, Make);
        app.MapGet(SignInLink.Path, Ask);
        app.MapPost(SignInLink.Path, SignIn);
    }

    private static async Task<JsonResponse> Make(
        HttpContext context, ITokenValidator tokens, RequestRates rates, SignInLinks links,
        CancellationToken cancellationToken)
    {
        var token = context.Request.Headers[TokenHeaders.Token];
        var signIn = await tokens.ValidateAsync(token, cancellationToken) ?? throw Fault.Unauthorized();
        rates.Require(signIn, context.Request);
        if (signIn.Project is null)
            throw Fault.BadRequest("The token is not for a project, so there is no page to sign in to.");
        var path = PathOf(await RequestBody.ReadAsync(context.Request));
        var (secret, expires) = await links.MakeAsync(Session.Of(token!, signIn), cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return new JsonResponse(StatusCodes.Status201Created, json =>
        {
            json.WriteStartObject();
            json.WriteString("url", Address.Of($"{Kiroku.Api.Links.Base(context.Request)}{SignInLink.Path}",
                (SignInLink.Secret, secret), (SignInRedirect.Return, path)));
            json.WriteString("expire_time", expires);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Ask(HttpContext context, SignInLinks links)
        => await links.FindAsync(SecretOf(context), context.RequestAborted) is { } session
            ? Page(context, session, null, StatusCodes.Status200OK)
            : Gone(context);

    private static async Task<IResult> SignIn(
        HttpContext context, Visit visit, SignInLinks links, IdentityDoor identity, ITokenValidator tokens,
        SessionCookies cookies)
    {
        var secret = SecretOf(context);
        if (await links.FindAsync(secret, context.RequestAborted) is not { } linked)
            return Gone(context);
        var session = linked;
        if (linked.IsOfCredential)
        {
            // No token is made from a credential's, so the browser gets that one itself.
            if (await tokens.ValidateAsync(linked.Token, context.RequestAborted) is null)
                return await EndedAsync();
        }
        else
        {
            var (answer, entered) = await SigningInApi.EnterAsync(context, linked, linked.ProjectId!, identity);
            if (entered is null)
                return answer.Status == StatusCodes.Status401Unauthorized
                    ? await EndedAsync()
                    : Page(context, linked, SigningInApi.ProblemOf(answer, visit), answer.Status);
            session = entered;
        }
        if (!await links.UseAsync(secret, context.RequestAborted))
        {
            if (!linked.IsOfCredential)
                await SigningInApi.RevokeAsync(context, session, identity);
            return Gone(context);
        }
        cookies.Write(context, session);
        if (visit.Session is { } former && former.Token != session.Token)
            await SigningInApi.RevokeAsync(context, former, identity);
        return SeeOther.To(context, ReturnOf(context));

        // The token holds no more, so the link is of no use, and does not count among its user's.
        async Task<IResult> EndedAsync()
        {
            await links.UseAsync(secret, context.RequestAborted);
            return Gone(context);
        }
    }

    private static string? PathOf(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Undefined)
            return null;
        Body.Require(body, relaxed: false);
        var path = body.TextOf("path");
        return path is null || path == LocalPath.Of(path)
            ? path
            : throw Fault.BadRequest("The path is none of the page's own: they begin with /ui and are escaped.");
    }

    private static RazorComponentResult Page(HttpContext context, Session session, PageProblem? problem, int status)
    {
        HideAddress(context);
        return new RazorComponentResult<SignInLinkPage>(new
        {
            Linked = session,
            Secret = SecretOf(context),
            Return = ReturnOf(context),
            Problem = problem,
        })
        {
            StatusCode = status,
        };
    }

    private static RazorComponentResult Gone(HttpContext context)
    {
        HideAddress(context);
        return new RazorComponentResult<SignInLinkGonePage>(
            new { Return = ReturnOf(context) })
        {
            StatusCode = StatusCodes.Status410Gone,
        };
    }

    private static string SecretOf(HttpContext context) => Given.Of(context, SignInLink.Secret).ToString();

    private static string ReturnOf(HttpContext context) => LocalPath.Of(Given.Of(context, SignInRedirect.Return));

    /// <summary>
    /// The page's address has the secret, so no request that it leads to may name it. The origin is named all the same:
    /// without, the form would not be known as the page's own.
    /// </summary>
    private static void HideAddress(HttpContext context)
        => context.Response.Headers["Referrer-Policy"] = "strict-origin";
}
