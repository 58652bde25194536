using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>The rows of actions and their events.</summary>
internal sealed class ActionStore(IDatabase database)
{
    private const string Interrupted = "interrupted: the service ended in the middle of this step";
    private const string ActionError = "Error";
    private static readonly string InsertAction
        = Columns<ActionRecord>.Insert("actions", nameof(ActionRecord.Id)) + " RETURNING id";
    private static readonly string InsertEvent = Columns<EventRecord>.Insert("action_events", nameof(EventRecord.Id));
    private static readonly string InsertEventWhere
        = Columns<EventRecord>.InsertWhere("action_events", nameof(EventRecord.Id));

    /// <summary>Whether an attempt failed only because the service ended during it.</summary>
    public static bool IsInterrupted(EventRecord record)
        => record is { Result: EventResults.Error, Details: Interrupted };

    /// <summary>
    /// The action that a request began on a server, with its events newest first; null if there is none.
    /// </summary>
    public Task<RecordedAction?> FindAsync(Guid serverId, string requestId, CancellationToken cancellationToken)
        => database.ReadOneAsync(connection => FindAsync(connection, serverId, requestId), cancellationToken);

    /// <summary>
    /// The subject of a server, and the action that a request began on it; each is null if there is none.
    /// </summary>
    public Task<(Subject? Subject, RecordedAction? Action)> FindWithSubjectAsync(
        Guid serverId, string requestId, CancellationToken cancellationToken)
        => database.ReadOneAsync(
            connection => RecordRows.FindAsync(connection, serverId, requestId), cancellationToken);

    /// <summary>The subject of a server; null if there never was such a server.</summary>
    public Task<Subject?> FindSubjectAsync(Guid serverId, CancellationToken cancellationToken)
        => database.ReadOneAsync(connection => RecordRows.FindSubjectAsync(connection, serverId), cancellationToken);

    /// <summary>
    /// The subject as it is now, if its record still has all ended actions that were read with
    /// <paramref name="before"/>; null if some may be gone. If only this process can change the store, nothing is read.
    /// </summary>
    public async ValueTask<Subject?> FindUnchangedAsync(Subject before, CancellationToken cancellationToken)
    {
        if (!database.IsShared)
            return before;
        var now = await FindSubjectAsync(before.Id, cancellationToken);
        return now?.Removals == before.Removals ? now : null;
    }

    public static async Task<RecordedAction?> FindAsync(DbConnection connection, Guid serverId, string requestId)
        => (await RecordRows.FindAsync(connection, serverId, requestId)).Item2;

    /// <summary>A page of a server's actions, newest first.</summary>
    /// <exception cref="UnknownMarkerException">The query's marker is no action of this server.</exception>
    public Task<IReadOnlyList<ActionRecord>> ListAsync(
        Guid serverId, ActionQuery query, CancellationToken cancellationToken)
        => ListAsync<ActionRecord>(serverId, query, _ => null, action => action, cancellationToken);

    /// <summary>
    /// The same page, with each action converted by <paramref name="make"/>, unless <paramref name="known"/> has it
    /// already.
    /// </summary>
    /// <exception cref="UnknownMarkerException">The query's marker is no action of this server.</exception>
    public Task<IReadOnlyList<T>> ListAsync<T>(
        Guid serverId, ActionQuery query, Func<long, T?> known, Func<ActionRecord, T> make,
        CancellationToken cancellationToken)
        where T : class
        => database.ReadAsync<IReadOnlyList<T>>(async connection =>
        {
            var before = await MarkerAsync(connection, serverId, query);
            var list = (await RecordRows.ListIdsAsync(connection, serverId, before, query)).ConvertAll(id => known(id));
            if (!list.Contains(null))
                return list!;
            var actions = await RecordRows.ListAsync(connection, serverId, before, query);
            return actions.Select((action, i) => list[i] ?? make(action)).ToList();
        }, cancellationToken);

    /// <summary>
    /// Inserts the row of a further action of a server, in the caller's transaction, which holds the server's row.
    /// Whatever the clock says, the action begins after all that were accepted before it, and not before the last of
    /// them ended.
    /// </summary>
    public static async Task<ActionRecord> InsertNextAsync(DbConnection connection, ActionRecord action)
    {
        const string Sql = """
            SELECT start_time, finish_time FROM actions WHERE server_id = @ServerId
            ORDER BY id DESC LIMIT 1
            """;
        var (begun, ended) = await connection.QueryFirstOrDefaultAsync<(DateTime?, DateTime?)>(Sql, action);
        var start = new[] { action.StartTime, begun?.AddMicroseconds(1), ended }.Max()!.Value;
        return await InsertAsync(connection, action with
        {
            StartTime = start,
            UpdatedAt = start > action.UpdatedAt ? start : action.UpdatedAt,
        });
    }

    /// <summary>Inserts the row of an action that is about to begin, in the caller's transaction.</summary>
    public static async Task<ActionRecord> InsertAsync(DbConnection connection, ActionRecord action)
    {
        return action with { Id = await connection.ExecuteScalarAsync<long>(InsertAction, action) };
    }

    /// <summary>
    /// Records an action that is done in the caller's own transaction: the action and its event, if it has one, both
    /// ended.
    /// </summary>
    public static async Task<long> InsertEndedAsync(DbConnection connection, ActionRecord action, EventRecord? ended)
    {
        action = await InsertNextAsync(connection, action);
        await EndAsync(connection, action.Id, action.Outcome, action.UpdatedAt);
        if (ended is null)
            return action.Id;
        await connection.ExecuteAsync(InsertEvent, ended with
        {
            ActionId = action.Id,
            StartTime = action.StartTime,
            FinishTime = action.UpdatedAt,
        });
        return action.Id;
    }

    /// <summary>
    /// Begins an attempt at a step. If the attempt has begun already, because the answer to its commit was lost, it
    /// stays as it is.
    /// </summary>
    public Task<EventRecord> BeginEventAsync(
        IFence fence, EventRecord begun, string? taskState, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            await fence.HoldAsync(connection);
            if (taskState is not null)
                await fence.ShowTaskStateAsync(connection, taskState, begun.StartTime);
            const string Find = "SELECT id FROM action_events WHERE action_id = @ActionId AND event = @Event "
                + "AND attempt = @Attempt";
            var id = await connection.ExecuteScalarAsync<long?>(
                $"{InsertEventWhere} WHERE NOT EXISTS ({Find}) RETURNING id", begun)
                ?? await connection.ExecuteScalarAsync<long>(Find, begun);
            await TouchAsync(connection, begun.ActionId, begun.StartTime);
            return begun with { Id = id };
        }, cancellationToken);

    /// <summary>Completes an event; <paramref name="final"/> says that the action begins to fail with it.</summary>
    public Task FinishEventAsync(IFence fence, EventRecord finished, bool final, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            await fence.HoldAsync(connection);
            await connection.ExecuteAsync(
                """
                UPDATE action_events SET finish_time = @FinishTime, result = @Result, details = @Details,
                    traceback = @Traceback
                WHERE id = @Id
                """, finished);
            await TouchAsync(connection, finished.ActionId, finished.FinishTime!.Value);
            if (final)
                await connection.ExecuteAsync("UPDATE actions SET failing = 1 WHERE id = @ActionId", finished);
            return 0;
        }, cancellationToken);

    /// <summary>
    /// Ends an action in the caller's transaction. Its arguments are removed: nobody goes on with it, and they may hold
    /// passwords. An inner step that rested is still open if its outer step failed without it.
    /// </summary>
    public static async Task EndAsync(
        DbConnection connection, long actionId, string outcome, DateTime now, string detailsOfOpenEvents = Interrupted)
    {
        await CloseOpenEventsAsync(connection, actionId, detailsOfOpenEvents, now);
        var message = outcome is Outcomes.Succeeded or Outcomes.SucceededAfterRetries ? null : ActionError;
        await connection.ExecuteAsync(
            """
            UPDATE actions SET outcome = @outcome, message = @message, resting = 0, arguments = NULL,
                finish_time = CASE WHEN updated_at > @now THEN updated_at ELSE @now END,
                updated_at = CASE WHEN updated_at > @now THEN updated_at ELSE @now END
            WHERE id = @actionId
            """,
            new { outcome, message, now, actionId });
    }

    /// <summary>Ends an action whose place another takes, in the caller's transaction.</summary>
    public static Task SupersedeAsync(DbConnection connection, long actionId, string by, DateTime now)
        => EndAsync(connection, actionId, Outcomes.Superseded, now, $"superseded by {by}");

    /// <summary>
    /// Prepares an action that nobody runs for another run, in the caller's transaction: an event that was left open is
    /// closed as interrupted, or kept if the service had stopped in good order.
    /// </summary>
    public static async Task TakeUpAsync(DbConnection connection, ActionRecord action, DateTime now)
    {
        if (action.Resting)
            await connection.ExecuteAsync("UPDATE actions SET resting = 0 WHERE id = @Id", action);
        else
            await CloseOpenEventsAsync(connection, action.Id, Interrupted, now);
    }

    /// <summary>
    /// Notes that the service stops in good order and will go on with this action after its next start.
    /// </summary>
    public Task RestAsync(IFence fence, long actionId, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            await fence.HoldAsync(connection);
            return await connection.ExecuteAsync(
                "UPDATE actions SET resting = 1 WHERE id = @actionId", new { actionId });
        }, cancellationToken);

    private static async Task<long> MarkerAsync(DbConnection connection, Guid serverId, ActionQuery query)
        => query.Marker is null ? long.MaxValue : await connection.QueryFirstOrDefaultAsync<long?>(
            "SELECT id FROM actions WHERE server_id = @serverId AND request_id = @Marker",
            new { serverId, query.Marker })
            ?? throw new UnknownMarkerException();

    private static async Task CloseOpenEventsAsync(DbConnection connection, long actionId, string details, DateTime now)
    {
        var closed = await connection.ExecuteAsync(
            """
            UPDATE action_events SET result = 'Error', details = @details,
                finish_time = CASE WHEN start_time > @now THEN start_time ELSE @now END
            WHERE action_id = @actionId AND finish_time IS NULL
            """, new { actionId, details, now });
        if (closed > 0)
            await TouchAsync(connection, actionId, now);
    }

    /// <summary>
    /// Moves the time forward only: another process, whose clock is a little ahead, may have written last.
    /// </summary>
    private static Task TouchAsync(DbConnection connection, long actionId, DateTime now)
        => connection.ExecuteAsync(
            "UPDATE actions SET updated_at = @now WHERE id = @actionId AND updated_at < @now", new { actionId, now });
}
