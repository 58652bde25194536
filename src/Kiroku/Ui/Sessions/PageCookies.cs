namespace Kiroku.Ui.Sessions;

/// <summary>How the page's cookies are set.</summary>
internal static class PageCookies
{
    /// <summary>
    /// Lax, not Strict: the link to an action in a ticket or a mail is to open it. Foreign pages cannot do anything
    /// with it, because only POST changes something, and none is sent the cookie.
    /// </summary>
    public static CookieOptions OptionsFor(HttpContext context, TimeSpan age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = age,
        IsEssential = true,
    };
}
