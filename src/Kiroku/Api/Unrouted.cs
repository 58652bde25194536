using System.Text.RegularExpressions;

namespace Kiroku.Api;

/// <summary>What no route answers: 404 for a path, 405 for a method, in the form that Nova's router uses.</summary>
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
    /// Several slashes are one for Nova and Glance (Paste's urlmap, normalize_url); Keystone sends on to the path with
    /// one (werkzeug's merge_slashes).
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

    /// <summary>Nova tells a path from the same with a slash at its end, which the router here does not.</summary>
    public static void UseExactPaths(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var path = context.Request.Path;
        if (path.Value is [.., '/'] && Microversions.IsCompute(path) && !VersionsApi.IsOpen(path))
            context.SetEndpoint(null);
        return next(context);
    });

    private static Task WriteAsync(HttpContext context, int status)
    {
        var message = status == 404 ? NotFound : BadMethod;
        return context.Request.Path.StartsWithSegments("/identity")
            ? JsonResponse.WriteAsync(context, status, json => FaultForm.WriteKeystone(json, status, message))
            : WebObFault.WriteAsync(context, status, message);
    }
}
