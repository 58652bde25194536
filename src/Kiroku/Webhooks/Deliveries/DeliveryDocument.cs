using System.Globalization;
using System.Text.Json.Serialization;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>A delivery as <c>/actions/v1</c> shows it.</summary>
internal sealed record DeliveryDocument
{
    public required string Id { get; init; }

    public required string EventId { get; init; }

    public required string Type { get; init; }

    public required string Subject { get; init; }

    /// <summary>One of <see cref="DeliveryStates"/>.</summary>
    public required string State { get; init; }

    public required int Attempts { get; init; }

    public required DateTime CreatedTime { get; init; }

    public required DateTime? NextAttemptTime { get; init; }

    public required DateTime? LastAttemptTime { get; init; }

    public required long? DurationMs { get; init; }

    public required int? ResponseStatus { get; init; }

    /// <summary>The beginning of the last answer's body.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Response { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Error { get; init; }

    public static DeliveryDocument Of(Delivery delivery) => new()
    {
        Id = delivery.Id.ToString(CultureInfo.InvariantCulture),
        EventId = delivery.EventId,
        Type = delivery.Type,
        Subject = delivery.Subject,
        State = delivery.State,
        Attempts = delivery.Attempts,
        CreatedTime = delivery.CreatedAt,
        NextAttemptTime = delivery.NextAttemptAt,
        LastAttemptTime = delivery.LastAttemptAt,
        DurationMs = delivery.DurationMs,
        ResponseStatus = delivery.ResponseStatus,
        Response = delivery.Response,
        Error = delivery.Error,
    };
}

/// <summary>A page of deliveries.</summary>
internal sealed record DeliveriesDocument
{
    public required IReadOnlyList<DeliveryDocument> Deliveries { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? NextPageToken { get; init; }
}

/// <summary>How a test went.</summary>
internal sealed record TestDocument(
    bool Delivered, string EventId, int? ResponseStatus, string? Response, string? Error, long DurationMs);

/// <summary>How many deliveries are sent anew.</summary>
internal sealed record RedeliveredDocument(int Redelivered);
