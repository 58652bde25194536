using System.Security.Claims;
using Kiroku.Api;
using Kiroku.Storage;
using Kiroku.Ui.Door;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Visits;

/// <summary>
/// What all requests below <c>/ui</c> have in common: the headers that keep a page to itself, the session, the check
/// that a form is the page's own, and pages for whatever goes wrong.
/// </summary>
internal sealed partial class VisitMiddleware(
    RequestDelegate next, SessionCookies cookies, IAntiforgery antiforgery, TimeProvider time,
    ILogger<VisitMiddleware> logger)
{
    /// <summary>In bytes: more than the largest form of the page's has, and little for a stranger to send.</summary>
    private const int LargestForm = 1 << 20;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/ui") || IsOfProgram(context.Request))
        {
            await next(context);
            return;
        }
        PageHeaders.SetOn(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = LargestForm;
        var visit = context.RequestServices.GetRequiredService<Visit>();
        var session = cookies.Read(context);
        // A form is good only for the user, and in the project, that its page was made for.
        if (session is not null)
            context.User = new(new ClaimsIdentity(
                [new Claim(ClaimTypes.NameIdentifier, $"{session.UserId} {session.ProjectId}")], "session"));
        visit.Begin(context, session, time.UtcNow());
        try
        {
            if (await IsRefusedAsync(context))
                return;
            await next(context);
            if (!context.Response.HasStarted && context.Response is { ContentLength: null, ContentType: null }
                && context.Response.StatusCode is 404 or 405)
                await ShowAsync(context, context.Response.StatusCode, null);
        }
        catch (ApiRefusal refusal) when (!context.Response.HasStarted)
        {
            await ShowAsync(context, refusal);
        }
        catch (Fault fault) when (!context.Response.HasStarted)
        {
            await ShowAsync(context, fault.Status, fault.Message);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await ShowAsync(context, e.StatusCode, e.Message);
        }
        catch (InvalidDataException e) when (!context.Response.HasStarted)
        {
            // A form with more fields, or longer ones, than any of the page's.
            await ShowAsync(context, StatusCodes.Status413PayloadTooLarge, e.Message);
        }
        catch (StorageException e) when (!context.Response.HasStarted)
        {
            LogUnexpected(context.Request.Method, context.Request.Path, RequestId.Of(context), e);
            await FailAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message);
        }
#pragma warning disable CA1031 // The edge: nothing may leave it but a page.
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogUnexpected(context.Request.Method, context.Request.Path, RequestId.Of(context), e);
            await FailAsync(context, StatusCodes.Status500InternalServerError, null);
        }
    }

    /// <summary>
    /// Whether it is the one request below <c>/ui</c> that is none of a browser's. It takes a token in a header, and no
    /// cookie, so that no form can make it.
    /// </summary>
    private static bool IsOfProgram(HttpRequest request)
        => request.Path == Problem.SignInLinks && HttpMethods.IsPost(request.Method);

    /// <summary>
    /// Whether a form comes from elsewhere, and was refused. One of the page's own whose token does not fit any more,
    /// because somebody else has signed in or the keys are new, is shown again instead, to be sent once more.
    /// </summary>
    private async Task<bool> IsRefusedAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
            return false;
        if (!Origins.IsOwn(context.Request))
        {
            await ShowAsync(context, StatusCodes.Status403Forbidden, null, "error.foreign");
            return true;
        }
        if (await HoldsAsync(context))
            return false;
        var path = context.Request.Path;
        var isNobodys = context.RequestServices.GetRequiredService<Visit>().Session is null;
        if (!Origins.IsSurelyOwn(context.Request) || !context.Request.HasFormContentType)
            await ShowAsync(context, StatusCodes.Status400BadRequest, null, "error.stale");
        else if (path == SignInRedirect.Path || (path == SignInRedirect.SignOut && isNobodys))
        {
            // Refuses what is too large.
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            // Somebody has signed in meanwhile, or out. A password is not kept to be sent again.
            SeeOther.To(context, SignInRedirect.PathTo(LocalPath.Of(form[SignInRedirect.Return])));
        }
        else if (path == SignInLink.Path)
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            // What is longer than a secret is none.
            var secret = form[SignInLink.Secret].ToString();
            SeeOther.To(context, Address.Of(SignInLink.Path,
                (SignInLink.Secret, secret.Length > SignInLink.LongestSecret ? "" : secret),
                (SignInRedirect.Return, LocalPath.Of(form[SignInRedirect.Return]))));
        }
        else if (isNobodys && path != Preferences.Path)
            await AgainAsync(context, StatusCodes.Status401Unauthorized, "again.ended");
        else
            await AgainAsync(context, StatusCodes.Status400BadRequest, "again.stale");
        return true;
    }

    private async Task<bool> HoldsAsync(HttpContext context)
    {
        try
        {
            return await antiforgery.IsRequestValidAsync(context);
        }
        catch (AntiforgeryValidationException)
        {
            // The form cannot be read.
            return false;
        }
    }

    private static async Task ShowAsync(HttpContext context, ApiRefusal refusal)
    {
        if (refusal.Answer.Status != StatusCodes.Status401Unauthorized)
        {
            refusal.Answer.TellWait(context.Response);
            await FailAsync(context, refusal.Answer.Status, refusal.Message, refusal.Answer.RequestId);
            return;
        }
        // The cookie stays: another tab may have got a new one meanwhile, which this would delete.
        await (await SignInRedirect.SendOrKeepFormAsync(context)).ExecuteAsync(context);
    }

    /// <summary>Says what failed. A form whose answer could not be made is shown, to be sent again.</summary>
    private static Task FailAsync(HttpContext context, int status, string? message, string? request = null)
        => status is >= 500 or 429 && SendAgain.HasForm(context.Request)
            && !context.Request.Path.StartsWithSegments(SignInRedirect.Path)
            ? AgainAsync(context, status, "again.failed")
            : ShowAsync(context, status, message, null, request);

    private static Task ShowAsync(
        HttpContext context, int status, string? message, string? text = null, string? request = null)
        => new RazorComponentResult<ErrorPage>(
            new { Status = status, Message = message, Text = text, Request = request })
        {
            StatusCode = status,
        }.ExecuteAsync(context);

    private static async Task AgainAsync(HttpContext context, int status, string text)
        => await (await SendAgain.PageAsync(context, status, text)).ExecuteAsync(context);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} ({RequestId}) failed unexpectedly")]
    private partial void LogUnexpected(string method, PathString path, string requestId, Exception exception);
}
