using Kiroku.Identity.Tokens;
using Kiroku.Ui.Door;
using Kiroku.Ui.Looks;
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
        app.MapPost(SignInRedirect.SignOut, SignOut);
    }

    private static IResult Ask(HttpContext context, IdentityDoor identity)
        => Page(SignInForm.Of(context.Request.Query), identity);

    private static async Task<IResult> SignIn(
        HttpContext context, Visit visit, IdentityDoor identity, SessionCookies cookies)
    {
        var form = SignInForm.Of(await context.Request.ReadFormAsync(context.RequestAborted));
        var (answer, made) = await AskAsync(context, AuthDocument.OfForm(form), identity);
        if (made is null)
            return Page(form with { Problem = ProblemOf(answer, visit) }, identity, answer.Status);
        var session = await InOnlyProjectAsync(context, made, identity);
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
        var (answer, entered) = await EnterAsync(context, session, form["project"].ToString(), identity);
        if (entered is null)
            return await ProjectsAsync(context, session, identity, ProblemOf(answer, visit), answer.Status);
        cookies.Write(context, entered);
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

    /// <summary>
    /// Who has a single project is in it without being asked. If that cannot be told now, the page of projects tells.
    /// </summary>
    private static async Task<Session> InOnlyProjectAsync(HttpContext context, Session session, IdentityDoor identity)
    {
        if (session.ProjectId is not null
            || await FindProjectsAsync(context, session, identity) is not (_, [var only]))
            return session;
        var (_, entered) = await EnterAsync(context, session, only.Key, identity);
        if (entered is null)
            return session;
        await RevokeAsync(context, session, identity);
        return entered;
    }

    /// <summary>Has a token of the same user made in a project, which ends when the session's does.</summary>
    internal static Task<(ApiAnswer Answer, Session? Session)> EnterAsync(
        HttpContext context, Session session, string projectId, IdentityDoor identity)
        => AskAsync(context, AuthDocument.OfToken(session.Token, projectId), identity);

    /// <summary>Asks for a token. There is a session if one was given.</summary>
    private static async Task<(ApiAnswer Answer, Session? Session)> AskAsync(
        HttpContext context, byte[] document, IdentityDoor identity)
    {
        var answer = await identity.SendAsync(
            context, new ApiRequest("POST", Tokens) { Query = "?nocatalog", Body = document });
        return answer.Status >= StatusCodes.Status400BadRequest ? (answer, null)
            : IdentityAnswers.Session(answer) is { } session ? (answer, session)
            : (ApiAnswer.None, null);
    }

    /// <summary>The user's projects by id, in the order of their names.</summary>
    private static async Task<(ApiAnswer Answer, List<KeyValuePair<string, string>>? Projects)> FindProjectsAsync(
        HttpContext context, Session session, IdentityDoor identity)
    {
        var answer = await identity.SendAsync(
            context, new ApiRequest("GET", "/v3/auth/projects") { Token = session.Token });
        return answer.Status >= StatusCodes.Status400BadRequest ? (answer, null)
            : IdentityAnswers.Projects(answer) is { } projects ? (answer, projects)
            : (ApiAnswer.None, null);
    }

    /// <summary>Ends a token that no cookie holds any more. One that has ended already is as good.</summary>
    internal static Task RevokeAsync(HttpContext context, Session session, IdentityDoor identity)
        => identity.SendAsync(context, new ApiRequest("DELETE", Tokens)
        {
            Token = session.Token,
            Headers = [(TokenHeaders.Subject, session.Token)],
        });

    private static async Task<IResult> ProjectsAsync(
        HttpContext context, Session session, IdentityDoor identity, PageProblem? problem, int status)
    {
        var (answer, projects) = await FindProjectsAsync(context, session, identity);
        return new RazorComponentResult<ProjectPage>(new
        {
            Projects = projects ?? throw new ApiRefusal(answer),
            Problem = problem,
            Return = LocalPath.Of(Given.Of(context, SignInRedirect.Return)),
        })
        {
            StatusCode = status,
        };
    }

    private static RazorComponentResult Page(SignInForm form, IdentityDoor identity, int status = 200)
        => new RazorComponentResult<SignInPage>(new { Form = form, identity.HasDomains }) { StatusCode = status };

    /// <summary>Why nobody was signed in, for a page that also passes on after how long to try again.</summary>
    internal static PageProblem ProblemOf(ApiAnswer answer, Visit visit)
    {
        answer.TellWait(visit.Context.Response);
        return answer.Status switch
        {
            401 => new(visit.Texts["sign-in.refused"]),
            429 => new(visit.Texts["sign-in.too-many", answer.RetryAfter ?? 1]),
            503 => new(visit.Texts["sign-in.unavailable"]),
            _ => PageProblem.Of(answer, visit.Texts, "sign-in.unavailable"),
        };
    }
}
