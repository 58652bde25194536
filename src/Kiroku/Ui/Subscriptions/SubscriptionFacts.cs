using System.Text.Json.Serialization;

namespace Kiroku.Ui.Subscriptions;

/// <summary>
/// A subscription as <c>/actions/v1/subscriptions</c> shows it, and docs/webhooks.md describes it. It has no place for
/// a secret. Times are UTC.
/// </summary>
public sealed record SubscriptionFacts
{
    public required Guid Id { get; init; }
    public required string ProjectId { get; init; }
    public bool AllProjects { get; init; }
    public required string Url { get; init; }
    public string Filter { get; init; } = "";
    public IReadOnlyList<string> Events { get; init; } = [];
    public string? Description { get; init; }
    public bool Enabled { get; init; }
    public string? DisabledReason { get; init; }
    public DateTime? FailingSince { get; init; }
    public DateTime? GapTime { get; init; }
    public DateTime CreatedTime { get; init; }
    public DateTime? FormerSecretUntil { get; init; }

    /// <summary>The address of its page, below the service's own.</summary>
    [JsonIgnore]
    public string Path => $"/ui/subscriptions/{Id}";

    /// <summary>The name that its page has: what it is for, or where it leads.</summary>
    [JsonIgnore]
    public string Shown => string.IsNullOrWhiteSpace(Description) ? Url : Description;

    /// <summary><c>enabled</c>, <c>failing</c> or <c>disabled</c>.</summary>
    [JsonIgnore]
    public string State => !Enabled ? "disabled" : FailingSince is not null ? "failing" : "enabled";
}

/// <summary>A page of subscriptions.</summary>
public sealed record SubscriptionsFacts(IReadOnlyList<SubscriptionFacts> Subscriptions, string? NextPageToken);

/// <summary>An event on its way to a receiver.</summary>
public sealed record DeliveryFacts
{
    public required string Id { get; init; }
    public required string EventId { get; init; }
    public required string Type { get; init; }
    public required string Subject { get; init; }
    public required string State { get; init; }
    public int Attempts { get; init; }
    public DateTime CreatedTime { get; init; }
    public DateTime? NextAttemptTime { get; init; }
    public long? DurationMs { get; init; }
    public int? ResponseStatus { get; init; }
    public string? Response { get; init; }
    public string? Error { get; init; }

    /// <summary>The page of what it tells of; null if that is no action.</summary>
    [JsonIgnore]
    public string? SubjectPath => Subject.StartsWith("servers/", StringComparison.Ordinal) ? $"/ui/{Subject}" : null;
}

/// <summary>A page of deliveries.</summary>
public sealed record DeliveriesFacts(IReadOnlyList<DeliveryFacts> Deliveries, string? NextPageToken);

/// <summary>How a test went.</summary>
public sealed record TestFacts(
    bool Delivered, string EventId, int? ResponseStatus, string? Response, string? Error, long DurationMs);

/// <summary>How many deliveries are sent anew.</summary>
public sealed record RedeliveredFacts(int Redelivered);

/// <summary>Which deliveries to send anew.</summary>
public sealed record RedeliverBody(IReadOnlyList<string> Deliveries);

/// <summary>Whether a subscription is to tell anything.</summary>
public sealed record EnableBody(bool Enabled);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SubscriptionFacts))]
[JsonSerializable(typeof(SubscriptionsFacts))]
[JsonSerializable(typeof(DeliveriesFacts))]
[JsonSerializable(typeof(TestFacts))]
[JsonSerializable(typeof(RedeliveredFacts))]
[JsonSerializable(typeof(RedeliverBody))]
[JsonSerializable(typeof(EnableBody))]
internal sealed partial class SubscriptionJson : JsonSerializerContext;
