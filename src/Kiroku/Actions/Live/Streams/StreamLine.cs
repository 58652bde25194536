using System.Text.Json.Serialization;

namespace Kiroku.Actions.Live.Streams;

/// <summary>
/// What <see cref="StreamForm"/> writes, as the description of the API has it: a line, or an event with this type whose
/// data are the action, or the rest.
/// </summary>
internal sealed record StreamLine
{
    /// <summary>action, bookmark or end.</summary>
    public required string Type { get; init; }

    /// <summary>Everything up to here was told.</summary>
    public required string Position { get; init; }

    /// <summary>The action that has changed, as it is now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ActionDocument? Action { get; init; }

    /// <summary>Why the stream ends.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
