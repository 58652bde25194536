using System.Data.Common;
using Dapper;

namespace Kiroku.Webhooks.Subscriptions;

/// <summary>What an attempt says of its receiver.</summary>
internal enum ReceiverHealth
{
    Good,
    Failing,

    /// <summary>It wants to be told nothing any more.</summary>
    Gone,
}

/// <summary>Notes with a subscription how its receiver does, and disables it where there is no hope.</summary>
internal static class SubscriptionHealth
{
    /// <summary>How long nothing but failures disables a subscription.</summary>
    private static readonly TimeSpan LongestFailing = TimeSpan.FromDays(5);

    private const string Fails = """
        UPDATE webhook_subscriptions SET failing_since = @now WHERE id = @id AND failing_since IS NULL
        """;

    private const string Works = """
        UPDATE webhook_subscriptions SET failing_since = NULL WHERE id = @id AND failing_since IS NOT NULL
        """;

    private const string FailsForLong = """
        SELECT COUNT(*) FROM webhook_subscriptions WHERE id = @id AND failing_since <= @Before
        """;

    /// <summary>Notes it in the caller's transaction.</summary>
    /// <returns>Why the subscription was disabled; null if it was not.</returns>
    public static async Task<string?> NoteAsync(
        DbConnection connection, Guid id, ReceiverHealth health, DateTime now)
    {
        await connection.ExecuteAsync(health == ReceiverHealth.Good ? Works : Fails, new { id, now });
        var reason = health switch
        {
            ReceiverHealth.Gone => "The receiver answered 410: it wants no events any more.",
            ReceiverHealth.Failing when await connection.ExecuteScalarAsync<long>(
                FailsForLong, new { id, Before = now - LongestFailing }) > 0
                => "Every attempt of the last five days has failed.",
            _ => null,
        };
        return reason is not null && await SubscriptionStore.DisableAsync(connection, id, reason) > 0 ? reason : null;
    }
}
