using Kiroku.Actions.Feed;
using Kiroku.Actions.Live.Filters;

namespace Kiroku.Webhooks.Subscriptions;

/// <summary>Who wants to be told of which actions: a row without its secrets.</summary>
internal record Subscription
{
    public Guid Id { get; init; }

    /// <summary>The project whose servers' actions are told, and whose members may change it.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Whether the actions of all projects are told, as administrators see them.</summary>
    public bool AllProjects { get; init; }

    /// <summary>Who made it.</summary>
    public required string UserId { get; init; }

    public required string Url { get; init; }

    /// <summary>Empty where every action is told.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Some of <see cref="EventKinds"/>, with commas between.</summary>
    public string Events { get; init; } = EventKinds.Ended;

    public string? Description { get; init; }

    /// <summary>The service's address as whoever made it used it, which links in events begin with.</summary>
    public required string Address { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>Why the service disabled it; null if it did not.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Since when no attempt has succeeded; null while they do.</summary>
    public DateTime? FailingSince { get; init; }

    /// <summary>The feed's position after which it tells.</summary>
    public string Since { get; init; } = "";

    /// <summary>The newest action's id then: of later ones it tells the beginning. Null in rows of before.</summary>
    public long? BegunAfter { get; init; }

    /// <summary>When the store was restored: what was to be told before may be missing.</summary>
    public DateTime? GapAt { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    /// <summary>Whether it tells this of actions.</summary>
    public bool Wants(string kind) => Events.Split(',').Contains(kind);

    /// <summary>Null where every action is told.</summary>
    public Filter? ParseFilter() => FilterParser.Parse(Filter);

    /// <summary>The place in the feed after which it tells; null for one that cannot be read.</summary>
    public FeedPosition? ParseSince() => FeedPosition.TryParse(Since, out var position) ? position : null;
}

/// <summary>A whole row: a subscription with its sealed secrets.</summary>
internal sealed record SubscriptionRow : Subscription
{
    public required byte[] Secret { get; init; }

    public byte[]? FormerSecret { get; init; }

    /// <summary>Until when events are signed with the former secret as well.</summary>
    public DateTime? FormerUntil { get; init; }
}
