using Dapper;
using Kiroku.Actions.Feed;
using Kiroku.Storage;
using Kiroku.Webhooks.Deliveries;
using Kiroku.Webhooks.Subscriptions;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks.Events;

/// <summary>
/// How far the feed was read for subscriptions. It moves on in the transaction that writes what is to be sent, so that
/// no process's end loses an event or makes one twice.
/// </summary>
internal sealed class EventStore(
    IDatabase database, WebhookTurn turn, IOptions<WebhooksOptions> options, TimeProvider time)
{
    /// <summary>The text that is stored; null before anything was told.</summary>
    public Task<string?> FindAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync(
            connection => connection.ExecuteScalarAsync<string?>("SELECT told FROM webhook_feed WHERE single = 1"),
            cancellationToken);

    /// <summary>Writes deliveries, and that the feed is told up to a position.</summary>
    /// <param name="before">The text that was stored before.</param>
    /// <param name="told">The position up to which it is told now.</param>
    /// <param name="deliveries">What is to be sent.</param>
    /// <returns>False if another process has the turn now, or had it meanwhile: nothing was written.</returns>
    public Task<bool> SaveAsync(string? before, FeedPosition told, IReadOnlyList<DeliveryRow> deliveries)
        => database.WriteAsync(async connection =>
        {
            var moved = await connection.ExecuteAsync(
                """
                UPDATE webhook_feed SET told = @Told
                WHERE single = 1 AND COALESCE(told, '') = @Before AND (@IsAlone = 1 OR holder = @Holder)
                """,
                new { Told = $"{told}", Before = before ?? "", IsAlone = !turn.IsShared, turn.Holder });
            if (moved == 0)
                return false;
            await DeliveryStore.InsertAsync(connection, deliveries);
            foreach (var subscription in deliveries.Select(delivery => delivery.SubscriptionId).Distinct())
            {
                if (await DeliveryStore.HasPendingBeyondAsync(connection, subscription, options.Value.MaxPending))
                    await SubscriptionStore.DisableAsync(
                        connection, subscription, $"More than {options.Value.MaxPending} deliveries wait.");
            }
            return true;
        }, CancellationToken.None);

    /// <summary>
    /// Begins anew at a position, after the store was restored or copied. Some subscriptions tell from now on, and note
    /// that something may be missing.
    /// </summary>
    public Task BeginAnewAsync(FeedPosition start, FeedPosition now, IReadOnlyList<Guid> gone)
        => database.WriteAsync(async connection =>
        {
            var values = new
            {
                Start = $"{start}",
                Now = $"{now}",
                Time = time.UtcNow(),
                IsAlone = !turn.IsShared,
                turn.Holder,
            };
            if (await connection.ExecuteAsync(
                "UPDATE webhook_feed SET told = @Start WHERE single = 1 AND (@IsAlone = 1 OR holder = @Holder)",
                values) == 0)
                return 0;
            var which = SqlList.Of(gone);
            return await connection.ExecuteAsync(
                $"UPDATE webhook_subscriptions SET since = @Now, gap_at = @Time WHERE id IN {which}", values);
        }, CancellationToken.None);
}
