using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kiroku.Actions.Live.Exports;

/// <summary>Writes documents as JSON, each with the end of its line.</summary>
internal sealed class JsonLine : IDisposable
{
    private readonly Utf8JsonWriter json = new(Stream.Null, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public void Write<T>(IBufferWriter<byte> to, T document, JsonTypeInfo<T> type)
    {
        json.Reset(to);
        JsonSerializer.Serialize(json, document, type);
        json.Flush();
        to.Write("\n"u8);
    }

    public void Dispose() => json.Dispose();
}
