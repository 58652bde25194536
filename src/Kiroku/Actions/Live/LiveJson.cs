using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Actions.Live;

/// <summary>How the documents of the live record are written.</summary>
internal static class LiveFormat
{
    /// <summary>The media type of documents that stand one on a line.</summary>
    public const string Lines = "application/x-ndjson";

    /// <summary>Texts stand as they are: answers are no part of a page of HTML.</summary>
    public static readonly LiveJson Json = new(new JsonSerializerOptions(LiveJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Answers with a document.</summary>
    public static Task WriteAsync<T>(
        HttpContext context, T document, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
        => JsonResponse.WriteAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(document, type));

    /// <summary>Sets the headers of an answer that is read as it comes.</summary>
    public static void BeginLong(HttpResponse response, string mediaType)
    {
        response.ContentType = mediaType;
        response.Headers.CacheControl = "no-store";
        // nginx would keep what it gets, or take all of it as fast as it comes, into files of its own.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}

/// <summary>The documents' code, generated: keys are in snake case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(Rfc3339Converter)])]
[JsonSerializable(typeof(ActionDocument))]
[JsonSerializable(typeof(PageDocument))]
internal sealed partial class LiveJson : JsonSerializerContext;

/// <summary>Times as RFC 3339 has them, in UTC, always with microseconds.</summary>
internal sealed class Rfc3339Converter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => DateTime.SpecifyKind(Timestamps.Parse(reader.GetString()!.TrimEnd('Z')), DateTimeKind.Utc);

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
        => writer.WriteStringValue($"{Timestamps.Format(value)}Z");
}
