using Kiroku.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace Kiroku.Ui.Sessions;

/// <summary>
/// Reads and writes the cookie of a session. It is sealed with the keys in the store, so that any node can open it, and
/// the service keeps nothing of a session.
/// </summary>
internal sealed class SessionCookies(IDataProtectionProvider protection, TimeProvider time)
{
    private readonly IDataProtector protector = protection.CreateProtector("Kiroku.Ui.Session");

    /// <summary>A Keystone's tokens may be longer than one cookie.</summary>
    private readonly ChunkingCookieManager cookies = new();

    public Session? Read(HttpContext context)
    {
        var sealedText = cookies.GetRequestCookie(context, NameFor(context));
        return sealedText is { Length: > 0 } && protector.OpenSession(sealedText) is { } session
            && session.ExpiresAt > time.UtcNow()
            ? session
            : null;
    }

    public void Write(HttpContext context, Session session)
        => cookies.AppendResponseCookie(context, NameFor(context), protector.ProtectSession(session),
            PageCookies.OptionsFor(context, session.ExpiresAt - time.UtcNow()));

    public void Delete(HttpContext context)
        => cookies.DeleteCookie(context, NameFor(context), PageCookies.OptionsFor(context, TimeSpan.Zero));

    /// <summary>
    /// Over TLS the name's prefix has the browser take the cookie from this very host only, so that no neighbour below
    /// the same domain can plant a session of its own.
    /// </summary>
    public static string NameFor(HttpContext context) => context.Request.IsHttps ? "__Host-kiroku" : "kiroku";
}
