using System.Collections.Frozen;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Actions.Feed;
using Kiroku.Actions.Live;
using Kiroku.Actions.Live.Filters;
using Kiroku.Api;
using Kiroku.Storage;
using Kiroku.Webhooks.Deliveries;
using Kiroku.Webhooks.Subscriptions;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks.Events;

/// <summary>
/// Makes the events of actions for subscriptions. What an event tells depends on the subscription alone, not on whoever
/// made it: what members of its project may see, or administrators if it is to all projects.
/// </summary>
internal sealed class EventMaker(Policy policy, IOptions<ApiOptions> api, TimeProvider time)
{
    private readonly string? publicAddress = PublicUrl.Parse(api.Value.PublicUrl)?.ToString();

    /// <summary>What a subscription tells of an action at that position of the feed.</summary>
    public IEnumerable<DeliveryRow> Make(
        Subscription subscription, ToldAction told, IReadOnlyDictionary<string, string> userNames)
    {
        var kinds = Kinds(subscription, told.Live).Where(subscription.Wants).ToList();
        if (kinds.Count == 0 || !Tells(subscription, told))
            return [];
        var documents = new ActionDocuments(CallerOf(subscription), AddressOf(subscription), userNames);
        var document = JsonSerializer.SerializeToUtf8Bytes(
            documents.Make(told.Live, told.Position), LiveFormat.Json.ActionDocument);
        return kinds.Select(kind => Make(subscription, told, kind, document));
    }

    /// <summary>The service's address in what a subscription tells.</summary>
    public string AddressOf(Subscription subscription) => publicAddress ?? subscription.Address;

    /// <summary>Whether the action is one of those that the subscription is about.</summary>
    private bool Tells(Subscription subscription, ToldAction told)
    {
        if (!subscription.AllProjects && told.Live.Action.OwnerId != subscription.ProjectId)
            return false;
        if (subscription.ParseSince() is { } since && !told.Position.IsAfter(since))
            return false;
        // The rules may be others than when it was made.
        var (filter, caller) = (subscription.ParseFilter(), CallerOf(subscription));
        return caller.May(ActionRules.Show, subscription.ProjectId) && (filter is null
            || (filter.Matches(told.Live)
                && (!filter.AsksWhy() || caller.May(ActionRules.EventsDetails, subscription.ProjectId))));
    }

    /// <summary>
    /// The feed tells the latest state: a beginning may be told by a later one, for which the store knows by its id
    /// whether it was told before.
    /// </summary>
    private static IEnumerable<string> Kinds(Subscription subscription, LiveAction live)
    {
        if (subscription.BegunAfter is { } newest
            ? live.Action.Id > newest
            : live.Action.StartTime >= subscription.CreatedAt)
            yield return EventKinds.Begun;
        if (live.Action.FinishTime is not null)
            yield return EventKinds.Ended;
        else if (live.Recorded.Events.Count > 0 || live.Action.Cancelled is not null)
            yield return EventKinds.Changed;
    }

    private DeliveryRow Make(Subscription subscription, ToldAction told, string kind, byte[] document)
    {
        var (action, type) = (told.Live.Action, EventKinds.TypeOf(kind));
        var state = kind == EventKinds.Changed ? $"{told.Position}" : "";
        var id = WebhookEvents.IdOf($"{action.ServerId}", action.RequestId, kind, state);
        var subject = $"servers/{action.ServerId}/actions/{action.RequestId}";
        var happened = kind == EventKinds.Begun ? action.StartTime : action.UpdatedAt;
        var now = time.UtcNow();
        return new DeliveryRow
        {
            SubscriptionId = subscription.Id,
            EventId = id,
            Type = type,
            Subject = subject,
            Event = WebhookEvents.Write((id, type, happened), AddressOf(subscription), subject, document),
            CreatedAt = now,
            NextAttemptAt = now,
        };
    }

    private Caller CallerOf(Subscription subscription)
    {
        var role = subscription.AllProjects ? RoleNames.Admin : RoleNames.Member;
        return new Caller("", "", subscription.ProjectId, "", RoleNames.WithImplied([role]).ToFrozenSet())
        {
            Policy = policy,
        };
    }
}

/// <summary>An action as the feed tells it, with the position of its last change.</summary>
internal sealed record ToldAction(LiveAction Live, FeedPosition Position);
