using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace Kiroku.Ui.Visits;

/// <summary>
/// Compresses pages. Whoever can have a browser ask for pages with texts of his own in them, and can see how long the
/// answers are, could find out from compressed ones what else is in them (BREACH). So only what the page itself or the
/// browser's user asked for is compressed. Forms' tokens are other ones in each page, and no page has the session's.
/// </summary>
internal static class PageCompression
{
    public static void UsePageCompression(this IApplicationBuilder app)
    {
        // Not the options of exports.
        var pages = new ResponseCompressionProvider(app.ApplicationServices, Options.Create(
            new ResponseCompressionOptions { EnableForHttps = true, MimeTypes = ["text/html"] }));
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/ui") && IsOwn(context.Request),
            branch => branch.UseMiddleware<ResponseCompressionMiddleware>(pages));
    }

    /// <summary>Over HTTP, browsers say nothing, and nobody has to guess either.</summary>
    private static bool IsOwn(HttpRequest request)
        => (string?)request.Headers["Sec-Fetch-Site"] is { } site ? site is "same-origin" or "none" : !request.IsHttps;
}
