using Dapper;
using Kiroku.Storage;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>What is kept: deliveries made since a time, and so many ended ones of each subscription.</summary>
internal sealed record DeliveryLimits(DateTime Since, int MaxKept);

/// <summary>Finds and removes deliveries beyond the limits.</summary>
internal sealed class DeliveryRemoval(IDatabase database)
{
    /// <summary>
    /// Ended ones that are too old or too many, and all of subscriptions that are disabled for so long or gone. The
    /// others wait for their next attempt.
    /// </summary>
    private const string Beyond = """
        SELECT d.id FROM webhook_deliveries d
        LEFT JOIN webhook_subscriptions s ON s.id = d.subscription_id
        WHERE d.subscription_id = @subscription AND (s.id IS NULL
            OR (d.created_at < @Since AND (d.next_attempt_at IS NULL OR s.enabled = 0))
            OR (d.next_attempt_at IS NULL AND d.id <= @last))
        ORDER BY d.id LIMIT @most
        """;

    /// <summary>The newest ended delivery that is one too many.</summary>
    private const string LastByCount = """
        SELECT id FROM webhook_deliveries WHERE subscription_id = @subscription AND next_attempt_at IS NULL
        ORDER BY id DESC LIMIT 1 OFFSET @MaxKept
        """;

    /// <summary>The subscription of any deliveries that comes after another one; null after the last.</summary>
    public Task<Guid?> FindNextAsync(Guid? after, CancellationToken cancellationToken)
        => database.ReadOneAsync(async connection => await connection.ExecuteScalarAsync<string?>(
            "SELECT MIN(subscription_id) FROM webhook_deliveries WHERE subscription_id > @After",
            new { After = after?.ToString() ?? "" }) is { } found ? Guid.Parse(found) : (Guid?)null, cancellationToken);

    /// <returns>How many were removed, at most so many.</returns>
    public async Task<int> RemoveAsync(
        Guid subscription, DeliveryLimits limits, int most, CancellationToken cancellationToken)
    {
        var ids = await database.ReadAsync(async connection =>
        {
            var last = await connection.ExecuteScalarAsync<long?>(LastByCount, new { subscription, limits.MaxKept });
            return (await connection.QueryAsync<long>(
                Beyond, new { subscription, limits.Since, last = last ?? 0, most })).AsList();
        }, cancellationToken);
        return ids.Count == 0 ? 0 : await database.WriteAsync(
            connection => connection.ExecuteAsync($"DELETE FROM webhook_deliveries WHERE id IN {SqlList.Of(ids)}"),
            cancellationToken);
    }
}
