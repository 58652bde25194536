using Kiroku.Ui.Sessions;
using Kiroku.Ui.Texts;
using Microsoft.AspNetCore.Antiforgery;

namespace Kiroku.Ui.Visits;

/// <summary>
/// One request of a browser, as the page's components see it: who it is, in which language and look, and what addresses
/// begin with. Components are given it by injection.
/// </summary>
public sealed class Visit
{
    public const string FormTokenName = "__RequestVerificationToken";

    private HttpContext? context;
    private string? formToken;

    public Session? Session { get; private set; }

    public Language Language { get; private set; }

    public PageTexts Texts => PageTexts.In(Language);

    /// <summary><c>light</c> or <c>dark</c>; null for whatever the system has.</summary>
    public string? Theme { get; private set; }

    /// <summary>The time of the request, UTC: one page has one time.</summary>
    public DateTime Now { get; private set; }

    /// <summary>The address that was asked for, with its query, below the service's own.</summary>
    public string Here { get; private set; } = "";

    /// <summary>Whether the page answers a form.</summary>
    public bool IsForm { get; private set; }

    /// <summary>
    /// Where to come back to: here, unless only a form leads here, or this is a file that a page has a link to.
    /// </summary>
    public string Return => IsForm ? LocalPath.Home
        : Context.GetEndpoint()?.Metadata.GetMetadata<FileOf>()?.PathOf(Context.Request.Query) ?? Here;

    /// <summary>The request itself.</summary>
    internal HttpContext Context => context ?? throw new InvalidOperationException("There is no visit outside /ui.");

    /// <summary>An address for a link: <c>/ui/…</c> below whatever a proxy has put before it.</summary>
    public string To(string path) => $"{context?.Request.PathBase.ToUriComponent()}{path}";

    /// <summary>What each form has in a hidden field, by which it is known as the page's own.</summary>
    public string FormToken => formToken ??= Context.RequestServices.GetRequiredService<IAntiforgery>()
        .GetAndStoreTokens(Context).RequestToken!;

    internal void Begin(HttpContext begun, Session? session, DateTime now)
    {
        var request = begun.Request;
        context = begun;
        Session = session;
        Now = now;
        Language = Languages.OfTag(request.Cookies[Preferences.Language]) ?? Languages.Of(request);
        Theme = request.Cookies[Preferences.Theme] is "light" or "dark" ? request.Cookies[Preferences.Theme] : null;
        IsForm = HttpMethods.IsPost(request.Method);
        Here = $"{request.Path.ToUriComponent()}{request.QueryString}";
    }
}

/// <summary>The cookies of what a browser prefers.</summary>
internal static class Preferences
{
    /// <summary>Where they are chosen.</summary>
    public const string Path = "/ui/preferences";

    public const string Language = "kiroku-language";
    public const string Theme = "kiroku-theme";
}
