using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Requests that have nothing to say. Some clients send an empty object with them.</summary>
internal static class EmptyBody
{
    /// <exception cref="Fault">400: the request has parameters, or a body that says something.</exception>
    public static async Task RequireAsync(HttpContext context)
    {
        new QueryParameters(context.Request).RefuseUnknown();
        var body = await RequestBody.ReadAsync(context.Request);
        if (body.ValueKind != JsonValueKind.Undefined
            && (body.ValueKind != JsonValueKind.Object || body.EnumerateObject().Any()))
            throw Fault.BadRequest("The request takes no body.");
    }
}
