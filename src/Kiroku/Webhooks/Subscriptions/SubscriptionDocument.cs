using System.Text.Json.Serialization;

namespace Kiroku.Webhooks.Subscriptions;

/// <summary>A subscription as <c>/actions/v1</c> shows it.</summary>
internal sealed record SubscriptionDocument
{
    public required Guid Id { get; init; }

    public required string ProjectId { get; init; }

    public required bool AllProjects { get; init; }

    public required string UserId { get; init; }

    public required string Url { get; init; }

    public required string Filter { get; init; }

    public required IReadOnlyList<string> Events { get; init; }

    public required string? Description { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>Why the service disabled it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? DisabledReason { get; init; }

    /// <summary>Since when no attempt has succeeded; null while they do.</summary>
    public required DateTime? FailingSince { get; init; }

    /// <summary>When the store was restored: what was to be told before may be missing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required DateTime? GapTime { get; init; }

    public required DateTime CreatedTime { get; init; }

    public required DateTime UpdatedTime { get; init; }

    /// <summary>Until when events are signed with the former secret as well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required DateTime? FormerSecretUntil { get; init; }

    /// <summary>Shown once, to whoever had it made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public required SubscriptionLinks Links { get; init; }

    /// <param name="subscription">The subscription; only one that was read alone tells of its former secret.</param>
    /// <param name="address">What links begin with.</param>
    /// <param name="now">The present time.</param>
    public static SubscriptionDocument Of(Subscription subscription, string address, DateTime now) => new()
    {
        Id = subscription.Id,
        ProjectId = subscription.ProjectId,
        AllProjects = subscription.AllProjects,
        UserId = subscription.UserId,
        Url = subscription.Url,
        Filter = subscription.Filter,
        Events = subscription.Events.Split(','),
        Description = subscription.Description,
        Enabled = subscription.Enabled,
        DisabledReason = subscription.DisabledReason,
        FailingSince = subscription.FailingSince,
        GapTime = subscription.GapAt,
        CreatedTime = subscription.CreatedAt,
        UpdatedTime = subscription.UpdatedAt,
        FormerSecretUntil = subscription is SubscriptionRow { FormerUntil: { } until } && until > now ? until : null,
        Links = SubscriptionLinks.Of($"{address}/actions/v1/subscriptions/{subscription.Id}"),
    };
}

/// <summary>The addresses of a subscription and of its deliveries.</summary>
internal sealed record SubscriptionLinks(string Self, string Deliveries)
{
    public static SubscriptionLinks Of(string self) => new(self, $"{self}/deliveries");
}

/// <summary>A page of subscriptions.</summary>
internal sealed record SubscriptionsDocument
{
    public required IReadOnlyList<SubscriptionDocument> Subscriptions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? NextPageToken { get; init; }
}
