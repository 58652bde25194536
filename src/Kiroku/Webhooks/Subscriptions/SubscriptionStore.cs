using System.Data.Common;
using Dapper;
using Kiroku.Actions.Feed;
using Kiroku.Api;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks.Subscriptions;

/// <summary>The rows of subscriptions.</summary>
internal sealed class SubscriptionStore(
    IDatabase database, WebhookSignals signals, IOptions<WebhooksOptions> options, TimeProvider time)
{
    private const string Table = "webhook_subscriptions";

    private static readonly string Insert = Columns<SubscriptionRow>.Insert(Table);
    private static readonly string Listed = $"SELECT {Columns<Subscription>.Names} FROM webhook_subscriptions";

    private static readonly string Change
        = $"UPDATE webhook_subscriptions SET {Columns<SubscriptionRow>.Assignments(nameof(Subscription.Id))} "
            + "WHERE id = @Id";

    public Task<SubscriptionRow?> FindAsync(Guid id, CancellationToken cancellationToken)
        => database.ReadOneAsync(connection => FindAsync(connection, id), cancellationToken);

    /// <summary>
    /// A page of the subscriptions of a project, without those to all projects unless they are asked for, or of all
    /// (null), in the order of their ids.
    /// </summary>
    public Task<IReadOnlyList<Subscription>> ListAsync(
        string? projectId, bool withAllProjects, (Guid After, int Most) page, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<Subscription>>(async connection
            => (await connection.QueryAsync<Subscription>(
                $"""
                {Listed} WHERE (@projectId IS NULL OR project_id = @projectId) AND all_projects <= @withAllProjects
                AND id > @After ORDER BY id LIMIT @Most
                """, new { projectId, withAllProjects, page.After, page.Most })).AsList(), cancellationToken);

    /// <summary>All that are told at present.</summary>
    public Task<IReadOnlyList<Subscription>> ListEnabledAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<Subscription>>(async connection
            => (await connection.QueryAsync<Subscription>($"{Listed} WHERE enabled = 1 ORDER BY id")).AsList(),
            cancellationToken);

    /// <exception cref="Fault">403: the project has as many as allowed.</exception>
    public async Task<SubscriptionRow> AddAsync(SubscriptionRow row, CancellationToken cancellationToken)
    {
        var added = await database.WriteAloneAsync(async connection =>
        {
            await RequireRoomAsync(connection, row.ProjectId);
            var now = time.UtcNow();
            var next = await FromNowAsync(connection, row with { CreatedAt = now, UpdatedAt = now });
            await connection.ExecuteAsync(Insert, next);
            return next;
        }, cancellationToken);
        signals.Feed.Set();
        return added;
    }

    /// <summary>Applies a change to the present row of a subscription.</summary>
    /// <returns>The row as it is then; null if there is none.</returns>
    public async Task<SubscriptionRow?> ChangeAsync(
        Guid id, Func<SubscriptionRow, SubscriptionRow> change, CancellationToken cancellationToken)
    {
        var changed = await database.WriteAloneAsync(async connection =>
        {
            if (await FindAsync(connection, id) is not { } before)
                return null;
            var after = change(before) with { UpdatedAt = time.UtcNow() };
            // What happened while it was disabled is not told.
            if (after.Enabled && !before.Enabled)
                after = await FromNowAsync(connection, after with { DisabledReason = null, FailingSince = null });
            await connection.ExecuteAsync(Change, after);
            return after;
        }, cancellationToken);
        signals.Feed.Set();
        signals.Due.Set();
        return changed;
    }

    /// <summary>Deletes a subscription. What is kept of its deliveries goes in pieces afterwards.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        var deleted = await database.WriteOneAsync(
            "DELETE FROM webhook_subscriptions WHERE id = @id", new { id }, cancellationToken);
        signals.Feed.Set();
        return deleted > 0;
    }

    /// <summary>Disables a subscription in the caller's transaction, unless it is already.</summary>
    public static Task<int> DisableAsync(DbConnection connection, Guid id, string reason)
        => connection.ExecuteAsync(
            "UPDATE webhook_subscriptions SET enabled = 0, disabled_reason = @reason WHERE id = @id AND enabled = 1",
            new { id, reason });

    private static Task<SubscriptionRow?> FindAsync(DbConnection connection, Guid id)
        => connection.QuerySingleOrDefaultAsync<SubscriptionRow?>(
            "SELECT * FROM webhook_subscriptions WHERE id = @id", new { id });

    /// <summary>The subscription as it tells only what happens from now on.</summary>
    private static async Task<SubscriptionRow> FromNowAsync(DbConnection connection, SubscriptionRow row) => row with
    {
        Since = (await ActionFeed.NowAsync(connection)).ToString(),
        BegunAfter = await ActionFeed.NewestActionAsync(connection),
    };

    private async Task RequireRoomAsync(DbConnection connection, string projectId)
    {
        var most = options.Value.MaxPerProject;
        if (most >= 0 && await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM webhook_subscriptions WHERE project_id = @projectId", new { projectId }) >= most)
            throw new Fault(403, $"The project has {most} subscriptions, as many as it may have.")
            {
                Type = "quota-exceeded",
            };
    }
}
