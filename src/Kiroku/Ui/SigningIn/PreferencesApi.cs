using Kiroku.Ui.Sessions;
using Kiroku.Ui.Texts;
using Kiroku.Ui.Visits;

namespace Kiroku.Ui.SigningIn;

/// <summary>Keeps the language and the look that a browser is to have, for a year.</summary>
internal static class PreferencesApi
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(365);

    public static void MapPreferences(this IEndpointRouteBuilder app) => app.MapPost(Preferences.Path, Set);

    private static async Task Set(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (Languages.OfTag(form["language"]) is { } language)
            Keep(context, Preferences.Language, language.Tag());
        var theme = form["theme"].ToString();
        if (theme is "light" or "dark" or "system")
            Keep(context, Preferences.Theme, theme);
        SeeOther.To(context, Back(form[SignInRedirect.Return]));
    }

    /// <summary>The pages for signing in are places to come back to as well, here.</summary>
    private static string Back(string? path)
        => path is not null && LocalPath.IsSafe(path)
            && (path.StartsWith($"{SignInRedirect.Path}?", StringComparison.Ordinal)
                || path.StartsWith($"{SignInLink.Path}?", StringComparison.Ordinal))
            ? path
            : path == SignInRedirect.Path ? path : LocalPath.Of(path);

    private static void Keep(HttpContext context, string name, string value)
        => context.Response.Cookies.Append(name, value, PageCookies.OptionsFor(context, KeptFor));
}
