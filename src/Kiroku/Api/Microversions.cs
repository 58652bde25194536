using Microsoft.Extensions.Primitives;

namespace Kiroku.Api;

/// <summary>
/// Finds the compute API version that a request asks for: from its headers under /v2.1, always 2.1 under /v2
/// (nova/api/openstack/wsgi.py, set_api_version_request; LegacyV2CompatibleWrapper).
/// </summary>
internal static class Microversions
{
    public const string NewHeader = "OpenStack-API-Version";
    private const string OldHeader = "X-OpenStack-Nova-API-Version";
    private static readonly object Key = new();
    private static readonly object AnnouncedKey = new();

    /// <summary>As in Nova, only a request that reaches a route has a version.</summary>
    public static void UseMicroversions(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (IsVersioned(context.Request.Path) && context.GetEndpoint() is not null)
            Choose(context);
        return next(context);
    });

    public static Microversion Of(HttpContext context)
        => context.Items.TryGetValue(Key, out var version) ? (Microversion)version! : Microversion.Minimum;

    /// <summary>Whether unknown keys in bodies are allowed: under /v2, as before version 2.1.</summary>
    public static bool IsRelaxed(HttpContext context) => context.Request.Path.StartsWithSegments("/v2");

    public static bool IsCompute(PathString path)
        => IsVersioned(path) || path.StartsWithSegments("/v2") || !path.HasValue || path.Value == "/";

    /// <summary>Names in the answer the version that was used, or the one that was refused.</summary>
    public static void Announce(HttpContext context)
    {
        if (context.Items[AnnouncedKey] is not string version)
            return;
        var headers = context.Response.Headers;
        headers[NewHeader] = $"compute {version}";
        headers[OldHeader] = version;
        headers.Vary = new StringValues([NewHeader, OldHeader]);
    }

    private static void Choose(HttpContext context)
    {
        var asked = Asked(context.Request.Headers);
        try
        {
            var version = asked is null ? Microversion.Minimum : Microversion.Parse(asked);
            context.Items[Key] = version;
            context.Items[AnnouncedKey] = version.ToString();
        }
        catch (Fault fault) when (fault.Status == StatusCodes.Status406NotAcceptable)
        {
            context.Items[AnnouncedKey] = asked;
            throw;
        }
        Announce(context);
    }

    private static bool IsVersioned(PathString path) => path.StartsWithSegments("/v2.1");

    /// <summary>
    /// The header may name versions of several services. The last one for compute counts (microversion-parse).
    /// </summary>
    private static string? Asked(IHeaderDictionary headers)
    {
        foreach (var item in headers[NewHeader].SelectMany(value => (value ?? "").Split(',')).Reverse())
        {
            var words = item.Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
            if (words is [var service, var version] && service.Equals("compute", StringComparison.OrdinalIgnoreCase))
                return version.Trim();
        }
        return headers.TryGetValue(OldHeader, out var old) ? old.ToString().Split(',')[^1].Trim() : null;
    }
}
