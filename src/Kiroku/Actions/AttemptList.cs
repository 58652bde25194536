using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// The attempts of an action as one column holds them: a JSON array, oldest first, with an array for each attempt of
/// its event ("" for "compute_ACTION_instance", which most actions consist of), when it began (microseconds after the
/// action), how long it took (microseconds; null while it runs), its result ("S", "E" or null), host, details and
/// traceback. What is null at the end is left out. The number of an attempt follows from those before it. Behind the
/// attempts stand their <see cref="AttemptExtras"/>, if there are any.
/// </summary>
internal static class AttemptList
{
    public const string Empty = "[]";
    private const string Main = "";
    private const string Success = "S";
    private const string Error = "E";

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(RecordedAction recorded)
    {
        var extras = AttemptExtras.Of(recorded);
        if (recorded.Events.Count == 0 && extras is null)
            return Empty;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartArray();
            for (var i = recorded.Events.Count - 1; i >= 0; i--)
                Write(json, recorded.Events[i], recorded.Action);
            if (extras is not null)
                JsonSerializer.Serialize(json, extras, AttemptExtrasJson.Default.AttemptExtras);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <returns>The action with its events and all else that the column has.</returns>
    public static RecordedAction Read(string column, ActionRecord action)
    {
        if (column == Empty)
            return new RecordedAction(action, []);
        var events = new List<EventRecord>();
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(column));
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
            events.Add(ReadEvent(ref json, events, action.Action, action.StartTime));
        events.Reverse();
        var recorded = new RecordedAction(action, events);
        return json.TokenType == JsonTokenType.StartObject
            ? JsonSerializer.Deserialize(ref json, AttemptExtrasJson.Default.AttemptExtras)!.Add(recorded)
            : recorded;
    }

    private static void Write(Utf8JsonWriter json, EventRecord record, ActionRecord action)
    {
        string?[] texts = [Letter(record.Result), record.Host, record.Details, record.Traceback];
        json.WriteStartArray();
        json.WriteStringValue(record.Event == MainEvent(action.Action) ? Main : record.Event);
        json.WriteNumberValue(Micros.Between(action.StartTime, record.StartTime));
        if (record.FinishTime is { } finished)
            json.WriteNumberValue(Micros.Between(record.StartTime, finished));
        else
            json.WriteNullValue();
        foreach (var text in texts[..(Array.FindLastIndex(texts, text => text is not null) + 1)])
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static EventRecord ReadEvent(
        ref Utf8JsonReader json, List<EventRecord> before, string action, DateTime began)
    {
        var name = Text(ref json) is { Length: > 0 } other ? other : MainEvent(action);
        var start = began.AddMicroseconds(Number(ref json)!.Value);
        var took = Number(ref json);
        return new EventRecord
        {
            Event = name,
            Attempt = before.Count(record => record.Event == name) + 1,
            StartTime = start,
            FinishTime = took is { } duration ? start.AddMicroseconds(duration) : null,
            Result = Word(Text(ref json)),
            Host = Text(ref json),
            Details = Text(ref json),
            Traceback = End(ref json, Text(ref json)),
        };
    }

    /// <summary>The next value of the attempt; null if there is none.</summary>
    private static string? Text(ref Utf8JsonReader json)
        => json.TokenType != JsonTokenType.EndArray && json.Read() && json.TokenType == JsonTokenType.String
            ? json.GetString()
            : null;

    private static long? Number(ref Utf8JsonReader json)
        => json.TokenType != JsonTokenType.EndArray && json.Read() && json.TokenType == JsonTokenType.Number
            ? json.GetInt64()
            : null;

    private static string? End(ref Utf8JsonReader json, string? last)
    {
        if (json.TokenType != JsonTokenType.EndArray)
            json.Read();
        return last;
    }

    private static string MainEvent(string action) => $"compute_{action}_instance";

    private static string? Letter(string? result) => result switch
    {
        EventResults.Success => Success,
        EventResults.Error => Error,
        _ => result,
    };

    private static string? Word(string? letter) => letter switch
    {
        Success => EventResults.Success,
        Error => EventResults.Error,
        _ => letter,
    };
}
