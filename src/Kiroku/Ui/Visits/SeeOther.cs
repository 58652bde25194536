namespace Kiroku.Ui.Visits;

/// <summary>Sends the browser to another of the page's addresses, which it is to get (303).</summary>
internal static class SeeOther
{
    /// <param name="context">The browser's request.</param>
    /// <param name="path">Below the service's address, with its query, escaped.</param>
    public static IResult To(HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{context.Request.PathBase.ToUriComponent()}{path}";
        return Results.Empty;
    }
}
