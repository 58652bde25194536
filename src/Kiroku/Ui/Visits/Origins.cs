namespace Kiroku.Ui.Visits;

/// <summary>Whether a form was sent by one of the page's own pages, as the browser says.</summary>
internal static class Origins
{
    /// <summary>False if the browser says that it was not. Programs say nothing.</summary>
    public static bool IsOwn(HttpRequest request)
        => (string?)request.Headers["Sec-Fetch-Site"] is null or "same-origin" or "none"
            && (OriginOf(request) is not { } origin || origin == Of(request));

    /// <summary>Whether the browser says that it was.</summary>
    public static bool IsSurelyOwn(HttpRequest request)
        => request.Headers["Sec-Fetch-Site"] == "same-origin" || OriginOf(request) == Of(request);

    private static string? OriginOf(HttpRequest request)
        => (string?)request.Headers.Origin is { Length: > 0 } origin ? origin : null;

    private static string Of(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
