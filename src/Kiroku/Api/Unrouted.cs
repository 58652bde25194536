using System.Text.RegularExpressions;

namespace Kiroku.Api;

/// <summary>Answers requests without a route as Nova's router does: 404 for an unknown path, 405 for an unsupported
/// method.</summary>
internal static partial class Unrouted
{
    private const string NotFound = "The resource could not be found.";
    private const string BadMethod = "The method specified is not allowed for this resource.";

    public static void UseUnrouted(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        await next(context);
        var response = context.Response;
        var bare = !response.HasStarted && response.ContentLength is null && response.ContentType is null;
        if (!bare || response.StatusCode is not (404 or 405))
            return;
        await WriteAsync(context, response.StatusCode);
    });

    /// <summary>
    /// Nova and Glance treat several slashes as one (Paste's urlmap, normalize_url). Keystone redirects to the path
    /// with one slash (werkzeug's merge_slashes).
    /// </summary>
    public static void UseMergedSlashes(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (request.Path.Value is not { } path || !path.Contains("//", StringComparison.Ordinal))
            return next(context);
        request.Path = Slashes().Replace(path, "/");
        if (request.Path.StartsWithSegments("/identity"))
            context.Response.Redirect($"{Links.Base(request)}{request.Path.ToUriComponent()}{request.QueryString}",
                permanent: true, preserveMethod: true);
        return request.Path.StartsWithSegments("/identity") ? Task.CompletedTask : next(context);
    });

    [GeneratedRegex("//+")]
    private static partial Regex Slashes();

    /// <summary>
    /// Nova and Glance distinguish a path with a trailing slash from one without. ASP.NET Core's router does not.
    /// </summary>
    public static void UseExactPaths(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var path = context.Request.Path;
        var compute = Microversions.IsCompute(path) && !VersionsApi.IsOpen(path);
        if (path.Value is [.., '/'] && (compute || IsBelow(path, "/image/v2/")))
            context.SetEndpoint(null);
        return next(context);
    });

    private static bool IsBelow(PathString path, string folder)
        => path.Value!.StartsWith(folder, StringComparison.OrdinalIgnoreCase) && path.Value.Length > folder.Length;

    private static Task WriteAsync(HttpContext context, int status)
    {
        var message = status == 404 ? NotFound : BadMethod;
        var path = context.Request.Path;
        if (Problem.IsFormOf(path))
            return Problem.WriteAsync(context, new Fault(status, message));
        if (path.StartsWithSegments("/identity"))
            return JsonResponse.WriteAsync(context, status, json => FaultForm.WriteKeystone(json, status, message));
        return path.StartsWithSegments("/network")
            ? JsonResponse.WriteAsync(context, status, json => FaultForm.WriteNeutron(json, status, message))
            : WebObFault.WriteAsync(context, status, message);
    }
}
