using System.Text.Json.Serialization;

namespace Kiroku.Actions.Live.Exports;

/// <summary>An activity event of the Cloud Auditing Data Federation (DMTF DSP0262, CADF 1.0).</summary>
internal sealed record CadfEvent
{
    [JsonPropertyName("typeURI")]
    public string TypeUri { get; } = "http://schemas.dmtf.org/cloud/audit/1.0/event";

    [JsonPropertyName("eventType")]
    public string EventType { get; } = "activity";

    public required string Id { get; init; }

    /// <summary>When the activity began.</summary>
    [JsonPropertyName("eventTime")]
    public required DateTime EventTime { get; init; }

    public required string Action { get; init; }

    public required string Outcome { get; init; }

    public required CadfReason Reason { get; init; }

    public required CadfResource Initiator { get; init; }

    public required CadfResource Target { get; init; }

    public required CadfResource Observer { get; init; }

    public required IReadOnlyList<CadfAttachment> Attachments { get; init; }
}

/// <summary>Why the outcome is what it is, in Kiroku's words.</summary>
internal sealed record CadfReason(
    [property: JsonPropertyName("reasonType")] string ReasonType,
    [property: JsonPropertyName("reasonCode")] string ReasonCode);

/// <summary>Who or what took part.</summary>
internal sealed record CadfResource([property: JsonPropertyName("typeURI")] string TypeUri, string Id)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The project of a user, under the name that OpenStack's own services give it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ref { get; init; }
}

/// <summary>What CADF has no property for.</summary>
internal sealed record CadfAttachment(
    [property: JsonPropertyName("typeURI")] string TypeUri, string Name, object Content);

/// <summary>What an action has beyond its event and its attempts.</summary>
internal sealed record CadfActionDocument
{
    public required string RequestId { get; init; }

    public required DateTime? FinishTime { get; init; }

    public required long? DurationMs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Details { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required ChangesDocument? Changes { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<WarningDocument>? Warnings { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? TraceId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required CancelledDocument? Cancelled { get; init; }

    public required string? Position { get; init; }
}
