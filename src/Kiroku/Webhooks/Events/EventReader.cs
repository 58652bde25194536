using Kiroku.Access;
using Kiroku.Actions.Feed;
using Kiroku.Actions.Live;
using Kiroku.Storage;
using Kiroku.Webhooks.Deliveries;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Events;

/// <summary>
/// Reads the feed for all subscriptions together, page by page, and writes what is to be sent. While a process has the
/// turn it remembers how far it has read; the store is told when there is something to send, or after much else.
/// </summary>
internal sealed partial class EventReader(
    ActionFeed feed, EventStore events, EventMaker maker, LiveRecord live, IDatabase database, IUserNames users,
    IProjects projects, SubscriptionStore store, WebhookSignals signals, ILogger<EventReader> logger)
{
    private const int PageSize = 200;

    /// <summary>So many entries without any event are read again at most after a restart.</summary>
    private const int MostUnsaved = 2000;

    private string? saved;
    private FeedPosition? position;
    private int unsaved;

    /// <summary>Forgets how far it has read, because another process may go on from there.</summary>
    public void Forget() => (position, unsaved) = (null, 0);

    /// <summary>Tells the next page to these subscriptions.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> ReadAsync(IReadOnlyList<Subscription> subscriptions, CancellationToken cancellationToken)
    {
        try
        {
            position ??= await FindStartAsync(subscriptions, cancellationToken);
            var page = await feed.ReadAsync(position, PageSize, cancellationToken);
            unsaved += page.Entries.Count;
            // Whoever subscribed before the page was read is to be told of it.
            var made = page.Entries.Count == 0
                ? []
                : await MakeAsync(await store.ListEnabledAsync(cancellationToken), page, cancellationToken);
            if ((made.Count > 0 || unsaved > MostUnsaved) && !await SaveAsync(page.Next, made))
            {
                Forget();
                return true;
            }
            position = page.Next;
            return page.Entries.Count == PageSize;
        }
        catch (FeedGoneException)
        {
            await BeginAnewAsync(subscriptions, cancellationToken);
            return true;
        }
    }

    private async Task<bool> SaveAsync(FeedPosition next, IReadOnlyList<DeliveryRow> made)
    {
        if (!await events.SaveAsync(saved, next, made))
            return false;
        (saved, unsaved) = ($"{next}", 0);
        if (made.Count > 0)
            signals.Due.Set();
        return true;
    }

    /// <summary>Where it was told up to; later, if no subscription is about what came before.</summary>
    private async Task<FeedPosition> FindStartAsync(
        IReadOnlyList<Subscription> subscriptions, CancellationToken cancellationToken)
    {
        saved = await events.FindAsync(cancellationToken);
        var first = subscriptions.Select(subscription => subscription.ParseSince()).OfType<FeedPosition>()
            .MinBy(since => (since.Number, since.Id));
        var told = saved is not null && FeedPosition.TryParse(saved, out var parsed) ? parsed : null;
        return told is null || (first is not null && first.Generation == told.Generation
            && first.IsAfter(told))
            ? first ?? await feed.NowAsync(cancellationToken)
            : told;
    }

    private async Task<IReadOnlyList<DeliveryRow>> MakeAsync(
        IReadOnlyList<Subscription> subscriptions, FeedPage page, CancellationToken cancellationToken)
    {
        var told = await DescribeAsync(page, cancellationToken);
        var names = await users.FindNamesAsync(told.Select(action => action.Live), cancellationToken);
        var made = told.SelectMany(action => subscriptions.SelectMany(
            subscription => Make(subscription, action, names).Select(delivery => (subscription, delivery))))
            .ToList();
        var closed = await FindClosedAsync(made.Select(one => one.subscription), cancellationToken);
        return [.. made.Where(one => !closed.Contains(one.subscription.ProjectId)).Select(one => one.delivery)];
    }

    /// <summary>One subscription that cannot be told must not keep all others from being told.</summary>
    private IReadOnlyList<DeliveryRow> Make(
        Subscription subscription, ToldAction action, IReadOnlyDictionary<string, string> names)
    {
        try
        {
            return [.. maker.Make(subscription, action, names)];
        }
#pragma warning disable CA1031 // The edge between subscriptions.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogCannotTell(subscription.Id, e);
            return [];
        }
    }

    private async Task<IReadOnlyList<ToldAction>> DescribeAsync(FeedPage page, CancellationToken cancellationToken)
    {
        var described = await database.ReadAsync(
            connection => live.DescribeAsync(connection, [.. page.Entries.Select(entry => entry.Recorded)]),
            cancellationToken);
        return [.. described.Zip(page.Entries, (action, entry) => new ToldAction(action, entry.Position))];
    }

    private async Task<IReadOnlySet<string>> FindClosedAsync(
        IEnumerable<Subscription> subscriptions, CancellationToken cancellationToken)
    {
        var ids = subscriptions.Select(subscription => subscription.ProjectId).Distinct().ToList();
        return ids.Count == 0
            ? new HashSet<string>()
            : await database.ReadAsync(connection => projects.FindClosedAsync(connection, ids), cancellationToken);
    }

    /// <summary>Goes on from now: what happened before in another life of the store cannot be told any more.</summary>
    private async Task BeginAnewAsync(IReadOnlyList<Subscription> subscriptions, CancellationToken cancellationToken)
    {
        var now = await feed.NowAsync(cancellationToken);
        var gone = subscriptions.Where(subscription => !IsOf(now, subscription)).Select(one => one.Id).ToList();
        // Some may have been made since.
        var start = subscriptions.Where(subscription => IsOf(now, subscription)).Select(one => one.ParseSince()!)
            .Append(now).MinBy(since => (since.Number, since.Id))!;
        await events.BeginAnewAsync(start, now, gone);
        Forget();
    }

    private static bool IsOf(FeedPosition now, Subscription subscription)
        => subscription.ParseSince() is { } since && since.Generation == now.Generation && since.Number <= now.Number;

    [LoggerMessage(LogLevel.Warning, "The subscription {Subscription} cannot be told of an action")]
    private partial void LogCannotTell(Guid subscription, Exception exception);
}
