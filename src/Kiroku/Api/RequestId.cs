namespace Kiroku.Api;

/// <summary>
/// A request's id, <c>req-</c> and a UUID. Each request gets one, each answer returns it, and an action that the
/// request begins has it as its id (oslo.context generate_request_id; nova/api/compute_req_id.py).
/// </summary>
internal static class RequestId
{
    public const string Header = "x-openstack-request-id";

    private static readonly object Key = new();

    public static void UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Items[Key] = $"req-{Guid.NewGuid()}";
        Announce(context);
        return next(context);
    });

    public static string Of(HttpContext context) => (string)context.Items[Key]!;

    /// <summary>Gives a repeated request the id of the one that it repeats.</summary>
    public static void Take(HttpContext context, string id)
    {
        context.Items[Key] = id;
        Announce(context);
    }

    public static void Announce(HttpContext context)
    {
        context.Response.Headers[Header] = Of(context);
        if (Microversions.IsCompute(context.Request.Path))
            context.Response.Headers["x-compute-request-id"] = Of(context);
    }
}
