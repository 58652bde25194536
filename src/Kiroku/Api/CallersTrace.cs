using System.Diagnostics;
using OpenTelemetry.Context.Propagation;

namespace Kiroku.Api;

/// <summary>
/// The span of a caller's that a request is part of (W3C Trace Context, <c>traceparent</c>). An action that the request
/// begins belongs to that trace, and so do the calls of others that the request takes.
/// </summary>
internal static class CallersTrace
{
    private static readonly TraceContextPropagator Format = new();

    private static readonly object Key = new();

    public static void UseTraces(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (Read(context.Request) is not { } caller)
            return next(context);
        context.Items[Key] = $"00-{caller.TraceId}-{caller.SpanId}-{(byte)caller.TraceFlags:x2}";
        // ASP.NET Core has an activity of its own only as long as it logs or somebody listens.
        return Activity.Current?.TraceId == caller.TraceId ? next(context) : InAsync(caller, context, next);
    });

    /// <summary>The caller's span as the header has it; null if it named none, or a wrong one.</summary>
    public static string? Of(HttpContext context) => (string?)context.Items[Key];

    private static async Task InAsync(ActivityContext caller, HttpContext context, RequestDelegate next)
    {
        using var activity = new Activity("request")
            .SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags).Start();
        activity.TraceStateString = caller.TraceState;
        await next(context);
    }

    private static ActivityContext? Read(HttpRequest request)
    {
        if (request.Headers.TraceParent.Count == 0)
            return null;
        var read = Format.Extract(default, request, static (from, name) => from.Headers[name]!).ActivityContext;
        return read == default ? null : read;
    }
}
