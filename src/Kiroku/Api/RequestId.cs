namespace Kiroku.Api;

/// <summary>
/// The id of a request, <c>req-</c> and a UUID: made for each request, sent back with each answer, and the id of the
/// action that the request begins (oslo.context generate_request_id; nova/api/compute_req_id.py).
/// </summary>
internal static class RequestId
{
    private static readonly object Key = new();

    public static void UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Items[Key] = $"req-{Guid.NewGuid()}";
        Announce(context);
        return next(context);
    });

    public static string Of(HttpContext context) => (string)context.Items[Key]!;

    /// <summary>Gives a request another's id: that of the request it repeats.</summary>
    public static void Take(HttpContext context, string id)
    {
        context.Items[Key] = id;
        Announce(context);
    }

    public static void Announce(HttpContext context)
    {
        context.Response.Headers["x-openstack-request-id"] = Of(context);
        if (Microversions.IsCompute(context.Request.Path))
            context.Response.Headers["x-compute-request-id"] = Of(context);
    }
}
