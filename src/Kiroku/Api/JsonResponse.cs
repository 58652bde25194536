using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// An answer written key by key. Its keys and their order depend on version and role, so the code that writes it
/// follows the document that it makes.
/// </summary>
internal sealed class JsonResponse(int status, Action<Utf8JsonWriter> write) : IResult
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonResponse Ok(Action<Utf8JsonWriter> write) => new(StatusCodes.Status200OK, write);

    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, status, write);

    public static byte[] ToBytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    public static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
        => WriteAsync(context, status, ToBytes(write));

    public static async Task WriteAsync(
        HttpContext context, int status, byte[] body, string contentType = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
