using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Kiroku.Api;

/// <summary>
/// The error bodies of WebOb (webob/exc.py, generate_response), which Glance answers with, and Nova where no route
/// matches or a body is too large: a page for whoever takes one, and JSON only where it is preferred. Clients read the
/// message out of the page: python-glanceclient ends with a traceback at the JSON, but never asks for it.
/// </summary>
internal static class WebObFault
{
    private const string Page = "text/html";
    private const string Json = "application/json";
    private const string Plain = "text/plain";

    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var line = $"{status} {FaultForm.Title(status)}";
        return Preferred(context.Request.Headers.Accept) switch
        {
            Json => JsonResponse.WriteAsync(
                context, status, json => FaultForm.WriteWebOb(json, status, message)),
            Page => WriteTextAsync(context, status, Page, $"""
                <html>
                 <head>
                  <title>{line}</title>
                 </head>
                 <body>
                  <h1>{line}</h1>
                  {WebUtility.HtmlEncode(message)}<br /><br />



                 </body>
                </html>
                """),
            _ => WriteTextAsync(context, status, Plain, $"{line}\n\n{message}\n\n   "),
        };
    }

    /// <summary>
    /// The type with the highest weight, the page first among equals; plain text where neither is taken. A header that
    /// cannot be read, or none, takes everything.
    /// </summary>
    private static string Preferred(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept.ToArray()!, out var ranges) || ranges.Count == 0)
            return Page;
        var (page, json) = (Weight(ranges, Page), Weight(ranges, Json));
        if (page == 0 && json == 0)
            return Plain;
        return json > page ? Json : Page;
    }

    /// <summary>The weight of the most specific range that the type falls under (RFC 9110, section 12.5.1).</summary>
    private static double Weight(IList<MediaTypeHeaderValue> ranges, string type)
    {
        var offer = MediaTypeHeaderValue.Parse(type);
        return ranges
            .Select(range => (Bare: new MediaTypeHeaderValue(range.MediaType), Weight: range.Quality ?? 1))
            .Where(range => offer.IsSubsetOf(range.Bare))
            .OrderBy(range => range.Bare.MatchesAllTypes ? 2 : range.Bare.MatchesAllSubTypes ? 1 : 0)
            .Select(range => range.Weight)
            .FirstOrDefault();
    }

    private static Task WriteTextAsync(HttpContext context, int status, string type, string text)
        => JsonResponse.WriteAsync(context, status, Encoding.UTF8.GetBytes(text), $"{type}; charset=UTF-8");
}
