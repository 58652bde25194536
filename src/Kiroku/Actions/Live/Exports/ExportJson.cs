using System.Text.Json.Serialization;

namespace Kiroku.Actions.Live.Exports;

/// <summary>The code of the documents that only exports have.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(Rfc3339Converter)])]
[JsonSerializable(typeof(EndDocument))]
[JsonSerializable(typeof(CadfEvent))]
[JsonSerializable(typeof(CadfActionDocument))]
[JsonSerializable(typeof(AttemptDocument))]
internal sealed partial class ExportJson : JsonSerializerContext;
