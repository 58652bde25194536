using Microsoft.Extensions.Primitives;

namespace Kiroku.Api;

/// <summary>
/// Which version of the compute API a request speaks: from its headers under /v2.1, always 2.1 under /v2
/// (nova/api/openstack/wsgi.py, set_api_version_request; LegacyV2CompatibleWrapper).
/// </summary>
internal static class Microversions
{
    private const string NewHeader = "OpenStack-API-Version";
    private const string OldHeader = "X-OpenStack-Nova-API-Version";
    private static readonly object Key = new();

    public static void UseMicroversions(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (IsVersioned(context.Request.Path))
        {
            context.Items[Key] = Asked(context.Request.Headers);
            Announce(context);
        }
        return next(context);
    });

    public static Microversion Of(HttpContext context)
        => context.Items.TryGetValue(Key, out var version) ? (Microversion)version! : Microversion.Minimum;

    /// <summary>True under /v2, where bodies may hold keys that nobody knows, as in the days before 2.1.</summary>
    public static bool IsRelaxed(HttpContext context) => context.Request.Path.StartsWithSegments("/v2");

    public static bool IsCompute(PathString path)
        => IsVersioned(path) || path.StartsWithSegments("/v2") || !path.HasValue || path.Value == "/";

    /// <summary>Says in the answer which version it speaks.</summary>
    public static void Announce(HttpContext context)
    {
        if (!IsVersioned(context.Request.Path))
            return;
        var headers = context.Response.Headers;
        headers[NewHeader] = $"compute {Of(context)}";
        headers[OldHeader] = Of(context).ToString();
        headers.Vary = new StringValues([NewHeader, OldHeader]);
    }

    private static bool IsVersioned(PathString path) => path.StartsWithSegments("/v2.1");

    private static Microversion Asked(IHeaderDictionary headers)
    {
        // Several services' versions may stand in one header, comma-separated; the first for compute counts.
        foreach (var item in headers[NewHeader].SelectMany(value => (value ?? "").Split(',')))
        {
            var words = item.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["compute", var version])
                return Microversion.Parse(version);
        }
        return headers.TryGetValue(OldHeader, out var old) ? Microversion.Parse(old.ToString().Trim()) : Microversion.Minimum;
    }
}
