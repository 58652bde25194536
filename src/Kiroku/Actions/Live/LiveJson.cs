using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Storage;

namespace Kiroku.Actions.Live;

/// <summary>How the documents of the live record are written.</summary>
internal static class LiveFormat
{
    /// <summary>Texts stand as they are: answers are no part of a page of HTML.</summary>
    public static readonly LiveJson Json = new(new JsonSerializerOptions(LiveJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
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
