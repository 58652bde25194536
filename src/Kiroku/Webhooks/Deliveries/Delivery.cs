namespace Kiroku.Webhooks.Deliveries;

/// <summary>What became of a delivery. Names are only ever added.</summary>
internal static class DeliveryStates
{
    /// <summary>It is tried, or tried again later.</summary>
    public const string Pending = "pending";
    public const string Delivered = "delivered";

    /// <summary>It is not tried any more.</summary>
    public const string Failed = "failed";

    public static readonly string[] All = [Pending, Delivered, Failed];
}

/// <summary>An event on its way to a receiver, without the event itself.</summary>
internal record Delivery
{
    /// <summary>Given by the store.</summary>
    public long Id { get; init; }

    public Guid SubscriptionId { get; init; }

    /// <summary>The same for the same event, however often it is sent: receivers know doubles by it.</summary>
    public required string EventId { get; init; }

    public required string Type { get; init; }

    /// <summary>The action's path below the record's.</summary>
    public required string Subject { get; init; }

    public string State { get; init; } = DeliveryStates.Pending;

    /// <summary>How many there were.</summary>
    public int Attempts { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Null once it is delivered or failed.</summary>
    public DateTime? NextAttemptAt { get; init; }

    public DateTime? LastAttemptAt { get; init; }

    /// <summary>How long the last attempt took.</summary>
    public long? DurationMs { get; init; }

    /// <summary>The status of the last answer.</summary>
    public int? ResponseStatus { get; init; }

    /// <summary>The beginning of the last answer's body.</summary>
    public string? Response { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }
}

/// <summary>A whole row: a delivery with its event, as it is sent.</summary>
internal sealed record DeliveryRow : Delivery
{
    public required byte[] Event { get; init; }
}
