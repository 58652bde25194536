using System.Data.Common;
using Dapper;
using Kiroku.Storage;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>The rows of deliveries.</summary>
internal sealed class DeliveryStore(IDatabase database, WebhookSignals signals, TimeProvider time)
{
    private const string Table = "webhook_deliveries";

    /// <summary>
    /// An event that was made already, or whose subscription is gone or disabled meanwhile, is passed over.
    /// </summary>
    private static readonly string Insert = Columns<DeliveryRow>.InsertWhere(Table, nameof(Delivery.Id))
        + """
         WHERE EXISTS (SELECT 1 FROM webhook_subscriptions WHERE id = @SubscriptionId AND enabled = 1)
        ON CONFLICT (subscription_id, event_id) DO NOTHING
        """;

    private static readonly string Listed = $"SELECT {Columns<Delivery>.Names} FROM webhook_deliveries";

    /// <summary>Writes how an attempt went, unless another process was quicker, or it is to be sent anew.</summary>
    private static readonly string Attempted
        = $"UPDATE webhook_deliveries SET {Columns<Delivery>.Assignments(
            nameof(Delivery.Id), nameof(Delivery.SubscriptionId), nameof(Delivery.EventId), nameof(Delivery.Type),
            nameof(Delivery.Subject), nameof(Delivery.CreatedAt))} "
            + "WHERE id = @Id AND attempts = @Attempts - 1 AND next_attempt_at IS NOT NULL";

    /// <summary>For each subscription that is told, when its next delivery is due.</summary>
    private const string Next = """
        SELECT id, next FROM (
            SELECT s.id, (SELECT MIN(d.next_attempt_at) FROM webhook_deliveries d
                WHERE d.subscription_id = s.id AND d.next_attempt_at IS NOT NULL) AS next
            FROM webhook_subscriptions s WHERE s.enabled = 1) waiting
        WHERE next IS NOT NULL
        """;

    /// <summary>Inserts deliveries in the caller's transaction.</summary>
    public static Task<int> InsertAsync(DbConnection connection, IEnumerable<DeliveryRow> deliveries)
        => connection.ExecuteAsync(Insert, deliveries);

    /// <summary>Whether more of a subscription's deliveries wait than so many, as the caller's transaction sees
    /// them.</summary>
    public static async Task<bool> HasPendingBeyondAsync(DbConnection connection, Guid subscription, int most)
        => await connection.ExecuteScalarAsync<long?>(
            """
            SELECT 1 FROM webhook_deliveries WHERE subscription_id = @subscription AND next_attempt_at IS NOT NULL
            ORDER BY next_attempt_at LIMIT 1 OFFSET @most
            """, new { subscription, most }) is not null;

    /// <summary>The subscriptions that have deliveries to send, and when the first of each is due.</summary>
    public Task<IReadOnlyList<(Guid Subscription, DateTime At)>> ListNextAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<(Guid, DateTime)>>(async connection
            => (await connection.QueryAsync<(Guid, DateTime)>(Next)).AsList(), cancellationToken);

    /// <summary>Those of a subscription that are due, the longest due first.</summary>
    public Task<IReadOnlyList<DeliveryRow>> ListDueAsync(
        Guid subscription, int most, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<DeliveryRow>>(async connection
            => (await connection.QueryAsync<DeliveryRow>(
                """
                SELECT * FROM webhook_deliveries WHERE subscription_id = @subscription AND next_attempt_at <= @Now
                ORDER BY next_attempt_at, id LIMIT @most
                """, new { subscription, Now = time.UtcNow(), most })).AsList(), cancellationToken);

    /// <summary>A page of a subscription's deliveries, newest first, of all or of one state.</summary>
    public Task<IReadOnlyList<Delivery>> ListAsync(
        Guid subscription, string? state, (long Before, int Most) page, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<Delivery>>(async connection
            => (await connection.QueryAsync<Delivery>(
                $"""
                {Listed} WHERE subscription_id = @subscription AND id < @Before AND (@state IS NULL OR state = @state)
                ORDER BY id DESC LIMIT @Most
                """, new { subscription, state, page.Before, page.Most })).AsList(), cancellationToken);

    /// <summary>Has deliveries of a subscription sent anew, from the first attempt on.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="ids">The deliveries; null for all that failed.</param>
    /// <param name="cancellationToken">Ends it before anything was written.</param>
    /// <returns>How many they are; null if one of those named is none of the subscription's.</returns>
    public async Task<int?> SendAnewAsync(
        Guid subscription, IReadOnlyCollection<long>? ids, CancellationToken cancellationToken)
    {
        var which = ids is null ? $"state = '{DeliveryStates.Failed}'" : $"id IN {SqlList.Of(ids)}";
        var found = await database.WriteAsync<int?>(async connection =>
        {
            var values = new { subscription, Now = time.UtcNow() };
            var present = ids is null || ids.Count == await connection.ExecuteScalarAsync<long>(
                $"SELECT COUNT(*) FROM webhook_deliveries WHERE subscription_id = @subscription AND {which}", values);
            return !present ? null : await connection.ExecuteAsync(
                $"""
                UPDATE webhook_deliveries
                SET state = '{DeliveryStates.Pending}', attempts = 0, next_attempt_at = @Now
                WHERE subscription_id = @subscription AND {which}
                """, values);
        }, cancellationToken);
        signals.Due.Set();
        return found;
    }

    /// <summary>Writes how an attempt went, and what follows from it for the subscription.</summary>
    /// <returns>Why the subscription was disabled; null if it was not.</returns>
    public Task<string?> SaveAttemptAsync(Delivery attempted, WebhookAnswer answer)
        => database.WriteAsync<string?>(async connection =>
        {
            if (await connection.ExecuteAsync(Attempted, attempted) == 0)
                return null;
            return await SubscriptionHealth.NoteAsync(
                connection, attempted.SubscriptionId, answer.Health, attempted.LastAttemptAt!.Value);
        }, CancellationToken.None);
}
