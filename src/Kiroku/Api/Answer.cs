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
    public static string Write(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(JsonResponse.ToBytes(write));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        Api.RequestId.Take(httpContext, RequestId);
        if (Location is not null)
            httpContext.Response.Headers.Location = Location;
        if (Body is not null)
            return JsonResponse.WriteAsync(httpContext, Status, Encoding.UTF8.GetBytes(Body));
        httpContext.Response.StatusCode = Status;
        // Nova sends a content type even with an empty body.
        if (HttpMethods.IsPost(httpContext.Request.Method))
            httpContext.Response.ContentType = "application/json";
        return Task.CompletedTask;
    }
}
