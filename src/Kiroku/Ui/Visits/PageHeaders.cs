namespace Kiroku.Ui.Visits;

/// <summary>The headers by which a browser keeps a page to itself (OWASP's list for pages).</summary>
internal static class PageHeaders
{
    private const string Policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        + "object-src 'none'";

    public static void SetOn(HttpContext context) => context.Response.OnStarting(
        static state =>
        {
            var headers = ((HttpResponse)state).Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            if (headers["Referrer-Policy"].Count == 0)
                headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            // For a script that the page does not have.
            headers.Remove("blazor-enhanced-nav");
            // A page is one user's, in one language; what may be kept says so itself.
            if (headers.CacheControl.Count == 0 || headers.CacheControl == "no-cache, no-store")
                headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, context.Response);
}
