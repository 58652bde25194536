using System.Text.Json;
using Kiroku.Identity.Keystone;
using Kiroku.Identity.Tokens;
using Kiroku.Ui.Door;
using Kiroku.Ui.Sessions;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.SigningIn;

/// <summary>Signing in, choosing a project, signing out.</summary>
internal static class SigningInApi
{
    private const string Tokens = "/v3/auth/tokens";

    public static void MapSigningIn(this IEndpointRouteBuilder app)
    {
        app.MapGet("/ui/sign-in", Ask);
        app.MapPost("/ui/sign-in", SignIn);
        app.MapGet("/ui/project", AskProject);
        app.MapPost("/ui/project", Switch);
        app.MapPost("/ui/sign-out", SignOut);
    }

    private static IResult Ask(HttpContext context, IdentityDoor identity)
        => Page(SignInForm.Of(context.Request.Query), identity);

    private static async Task<IResult> SignIn(
        HttpContext context, Visit visit, IdentityDoor identity, SessionCookies cookies)
    {
        var form = SignInForm.Of(await context.Request.ReadFormAsync(context.RequestAborted));
        var answer = await identity.SendAsync(
            context, new ApiRequest("POST", Tokens) { Query = "?nocatalog", Body = AuthDocument.OfForm(form) });
        if (!answer.IsGood)
            return Page(form with { Problem = ProblemOf(answer, visit) }, identity, answer.Status);
        var session = await InOnlyProjectAsync(context, Read(answer), identity);
        cookies.Write(context, session);
        if (visit.Session is { } former)
            await RevokeAsync(context, former, identity);
        return SeeOther.To(context, session.ProjectId is null ? ProjectChoice.PathTo(form.Return) : form.Return);
    }

    private static async Task<IResult> AskProject(HttpContext context, Visit visit, IdentityDoor identity)
    {
        if (visit.Session is not { } session)
            return SignInRedirect.Send(context);
        return await ProjectsAsync(context, session, identity, null, StatusCodes.Status200OK);
    }

    private static async Task<IResult> Switch(
        HttpContext context, Visit visit, IdentityDoor identity, SessionCookies cookies)
    {
        if (visit.Session is not { } session)
            return SignInRedirect.Send(context);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var answer = await EnterAsync(context, session, form["project"].ToString(), identity);
        if (!answer.IsGood)
            return await ProjectsAsync(context, session, identity, ProblemOf(answer, visit), answer.Status);
        cookies.Write(context, Read(answer));
        await RevokeAsync(context, session, identity);
        return SeeOther.To(context, LocalPath.Of(form[SignInRedirect.Return]));
    }

    private static async Task<IResult> SignOut(
        HttpContext context, Visit visit, IdentityDoor identity, SessionCookies cookies)
    {
        cookies.Delete(context);
        if (visit.Session is { } session)
            await RevokeAsync(context, session, identity);
        return SeeOther.To(context, SignInRedirect.Path);
    }

    /// <summary>Who has a single project is in it without being asked.</summary>
    private static async Task<Session> InOnlyProjectAsync(HttpContext context, Session session, IdentityDoor identity)
    {
        if (session.ProjectId is not null
            || await FindProjectsAsync(context, session, identity) is not [var only])
            return session;
        var answer = await EnterAsync(context, session, only.Key, identity);
        if (!answer.IsGood)
            return session;
        await RevokeAsync(context, session, identity);
        return Read(answer);
    }

    private static Task<ApiAnswer> EnterAsync(
        HttpContext context, Session session, string projectId, IdentityDoor identity)
        => identity.SendAsync(context, new ApiRequest("POST", Tokens)
        {
            Query = "?nocatalog",
            Body = AuthDocument.OfToken(session.Token, projectId),
        });

    /// <summary>The user's projects by id, in the order of their names.</summary>
    private static async Task<List<KeyValuePair<string, string>>> FindProjectsAsync(
        HttpContext context, Session session, IdentityDoor identity)
    {
        var answer = await identity.SendAsync(
            context, new ApiRequest("GET", "/v3/auth/projects") { Token = session.Token });
        if (!answer.IsGood)
            throw new ApiRefusal(answer);
        using var document = JsonDocument.Parse(answer.Body);
        return
        [
            .. document.RootElement.GetProperty("projects").EnumerateArray()
                .Select(project => KeyValuePair.Create(
                    project.GetProperty("id").GetString()!, project.GetProperty("name").GetString()!))
                .OrderBy(project => project.Value, StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>Ends a token that no cookie holds any more. One that has ended already is as good.</summary>
    private static Task RevokeAsync(HttpContext context, Session session, IdentityDoor identity)
        => identity.SendAsync(context, new ApiRequest("DELETE", Tokens)
        {
            Token = session.Token,
            Headers = [(TokenHeaders.Subject, session.Token)],
        });

    private static async Task<IResult> ProjectsAsync(
        HttpContext context, Session session, IdentityDoor identity, string? problem, int status)
    {
        var projects = await FindProjectsAsync(context, session, identity);
        return new RazorComponentResult<ProjectPage>(new
        {
            Projects = projects,
            Problem = problem,
            Return = LocalPath.Of(context.Request.HasFormContentType
                ? context.Request.Form[SignInRedirect.Return] : context.Request.Query[SignInRedirect.Return]),
        })
        {
            StatusCode = status,
        };
    }

    private static RazorComponentResult Page(SignInForm form, IdentityDoor identity, int status = 200)
        => new RazorComponentResult<SignInPage>(new { Form = form, identity.HasDomains }) { StatusCode = status };

    private static string ProblemOf(ApiAnswer answer, Visit visit) => answer.Status switch
    {
        401 => visit.Texts["sign-in.refused"],
        429 => visit.Texts["sign-in.too-many", answer.RetryAfter ?? 1],
        503 => visit.Texts["sign-in.unavailable"],
        _ => answer.Message() ?? visit.Texts["sign-in.unavailable"],
    };

    private static Session Read(ApiAnswer answer)
    {
        var signIn = KeystoneToken.Read(answer.Body.ToArray());
        return new Session
        {
            Token = answer.Headers[TokenHeaders.Subject].ToString(),
            UserId = signIn.User.Id,
            UserName = signIn.User.Name,
            ProjectId = signIn.Project?.Id,
            ProjectName = signIn.Project?.Name,
            Roles = [.. signIn.Roles.Select(role => role.Name)],
            ExpiresAt = signIn.Claims.ExpiresAt,
            IsOfCredential = signIn.Claims.Methods.Contains("application_credential"),
        };
    }
}
