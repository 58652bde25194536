using System.Text;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// The answer to an accepted request, composed before it is sent. It is stored with the acceptance, so that whoever
/// repeats the request gets it again, under the first request's id.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record Answer(
    [property: Id(0)] string RequestId,
    [property: Id(1)] int Status,
    [property: Id(2)] string? Location = null,
    [property: Id(3)] string? Body = null) : IResult
{
    /// <summary>Whether the request began an action, which its answer then leads to.</summary>
    [Id(4)]
    public bool IsRecorded { get; init; }

    public static string Write(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(JsonResponse.ToBytes(write));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        Api.RequestId.Take(httpContext, RequestId);
        if (Location is not null)
            httpContext.Response.Headers.Location = Location;
        if (IsRecorded && Status == StatusCodes.Status202Accepted && ServerOf(httpContext) is { } server)
            httpContext.Response.Headers.Link =
                $"<{Links.Base(httpContext.Request)}{Links.ActionPath(server, RequestId)}>; rel=\"monitor\"";
        if (Body is not null)
            return JsonResponse.WriteAsync(httpContext, Status, Encoding.UTF8.GetBytes(Body));
        httpContext.Response.StatusCode = Status;
        // Nova sends a content type even with an empty body.
        if (HttpMethods.IsPost(httpContext.Request.Method))
            httpContext.Response.ContentType = "application/json";
        return Task.CompletedTask;
    }

    /// <summary>The server that the request's path names, or the answer's: a request that makes one.</summary>
    private Guid? ServerOf(HttpContext context)
        => Guid.TryParse(context.GetRouteValue("serverId") as string ?? Location?.Split('/')[^1], out var server)
            ? server
            : null;
}
