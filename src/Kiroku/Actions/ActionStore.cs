using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// The record in the store: one row for each action, with all its attempts. While rows of an earlier version are left,
/// it finds those, too.
/// </summary>
internal sealed class ActionStore(IDatabase database, FirstGeneration earlier)
{
    private readonly JoinedRecords joined = new(database);

    /// <summary>
    /// The action that a request began on a server, with its events newest first; null if there is none.
    /// </summary>
    public Task<RecordedAction?> FindAsync(Guid serverId, string requestId, CancellationToken cancellationToken)
        => ReadAsync(
            (connection, both) => FindAsync(connection, both, serverId, requestId), cancellationToken);

    public Task<RecordedAction?> FindAsync(DbConnection connection, Guid serverId, string requestId)
        => FindAsync(connection, earlier.IsPresent, serverId, requestId);

    /// <summary>
    /// The subject of a server, and the action that a request began on it; each is null if there is none.
    /// </summary>
    public Task<(Subject? Subject, RecordedAction? Action)> FindWithSubjectAsync(
        Guid serverId, string requestId, CancellationToken cancellationToken)
        => database.IsShared && !earlier.IsPresent
            ? joined.FindWithSubjectAsync(serverId, requestId, cancellationToken)
            : ReadAsync(async (connection, both) =>
        {
            var (subject, action) = await RecordRows.FindWithSubjectAsync(connection, serverId, requestId);
            if (subject is not null && action is null && both)
                action = await FirstGeneration.FindAsync(connection, serverId, requestId);
            return (subject, action);
        }, cancellationToken);

    /// <summary>The subject of a server; null if there never was such a server.</summary>
    public Task<Subject?> FindSubjectAsync(Guid serverId, CancellationToken cancellationToken)
        => database.IsShared
            ? joined.FindSubjectAsync(serverId, cancellationToken)
            : database.ReadOneAsync(
                connection => RecordRows.FindSubjectAsync(connection, serverId), cancellationToken);

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

    /// <summary>A page of a server's actions, newest first, with what Nova's list shows of them.</summary>
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
    {
        var both = earlier.IsPresent;
        return database.ReadAsync<IReadOnlyList<T>>(async connection =>
        {
            var before = await MarkerAsync(connection, both, serverId, query);
            var ids = await RecordRows.ListIdsAsync(connection, serverId, before, query);
            var list = ids.ConvertAll(id => known(id));
            if (list.Contains(null))
                list = [.. (await RecordRows.ListAsync(connection, serverId, before, ids[^1], query))
                    .Select((action, i) => list[i] ?? make(action))];
            if (both && list.Count < query.Limit)
                list.AddRange((await FirstGeneration.ListAsync(
                    connection, serverId, before, query with { Limit = query.Limit - list.Count })).Select(make));
            return list!;
        }, cancellationToken);
    }

    /// <summary>
    /// Inserts the row of a further action of a server, in the caller's transaction, which holds the server's row.
    /// Whatever the clock says, the action begins after all that were accepted before it, and not before the last of
    /// them ended. An action that is done in the caller's own transaction may have an event, <paramref name="ended"/>.
    /// </summary>
    public async Task<ActionRecord> InsertNextAsync(
        DbConnection connection, ActionRecord action, EventRecord? ended = null)
    {
        var least = earlier.IsPresent
            ? await FirstGeneration.LeastStartAsync(connection, action.ServerId)
            : null;
        return await InsertAsync(connection, RecordRow.InsertNext, action, NextValues(action, least, ended));
    }

    /// <summary>
    /// The same in a transaction of its own, in which <paramref name="hold"/> changes the server's row. Its parameters
    /// are none of <see cref="RecordRow"/>.
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="hold">Adds its parameters and returns the UPDATE.</param>
    /// <param name="cancellationToken">Cancels a write that has not begun.</param>
    /// <returns>Null if nothing was written: the server's row is not as it must be, or rows of an earlier version are
    /// left.</returns>
    public async Task<ActionRecord?> InsertNextAsync(
        ActionRecord action, Func<DynamicParameters, string> hold, CancellationToken cancellationToken)
    {
        if (earlier.IsPresent)
            return null;
        var values = NextValues(action, least: null, ended: null);
        var statement = new HeldInsert(hold(values), RecordRow.InsertNext, RecordRow.Inserted);
        var inserted = await database.InsertHeldAsync(
            statement, values, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken);
        return inserted is { } row ? Inserted(action, row) : null;
    }

    /// <summary>Inserts the row of the first action of a server, in the caller's transaction.</summary>
    public static Task<ActionRecord> InsertFirstAsync(DbConnection connection, ActionRecord action)
        => InsertAsync(connection, RecordRow.InsertFirst, action, RecordRow.Of(new RecordedAction(action, [])));

    /// <summary>
    /// Writes an action's attempts so far. The same may be written again, if the answer to its commit was lost. The
    /// server shows <paramref name="taskState"/> from now on, if it is not null.
    /// </summary>
    /// <exception cref="FencedException">The fence does not hold, and nothing was changed.</exception>
    public Task SaveAsync(IFence fence, RecordedAction recorded, string? taskState, CancellationToken cancellationToken)
    {
        var values = RecordWrites.Of(recorded);
        var hold = taskState is null
            ? fence.Hold(values)
            : fence.ShowTaskState(values, taskState, recorded.Action.UpdatedAt);
        return HeldAsync(hold, RecordWrites.Attempts, values, cancellationToken);
    }

    /// <summary>The same in the caller's transaction, which holds the server's row.</summary>
    public static Task SaveAsync(DbConnection connection, RecordedAction recorded)
        => connection.ExecuteAsync(RecordWrites.Attempts, RecordWrites.Of(recorded));

    /// <summary>
    /// Writes in the caller's transaction, which holds the server's row, that an action is cancelled.
    /// </summary>
    public static Task CancelAsync(DbConnection connection, RecordedAction cancelled)
    {
        var values = RecordWrites.Of(cancelled);
        values.Add("RecordCancelled", Micros.Of(cancelled.Action.Cancelled!.Time));
        values.Add("RecordCancelledBy", CompactId.OfOwner(cancelled.Action.Cancelled.UserId));
        return connection.ExecuteAsync(RecordWrites.Cancel, values);
    }

    /// <summary>
    /// Ends an action. Its arguments are removed: nobody goes on with it, and they may hold passwords. With it the
    /// server's row changes by <paramref name="hold"/>, which takes place only while the fence holds and returns the
    /// row.
    /// </summary>
    /// <exception cref="FencedException">The fence does not hold, and nothing was changed.</exception>
    public async Task EndAsync(
        RecordedAction ended, string hold, DynamicParameters values, CancellationToken cancellationToken)
    {
        RecordWrites.Add(values, ended);
        if (await database.WriteHeldAsync(hold, RecordWrites.End, values, cancellationToken))
            return;
        // If the answer to a commit was lost and it was tried again, the action has ended by this already.
        var found = await FindAsync(ended.Action.ServerId, ended.Action.RequestId, cancellationToken);
        if (found?.Action.Outcome != ended.Action.Outcome || found.Action.UpdatedAt != ended.Action.UpdatedAt)
            throw new FencedException();
    }

    /// <summary>The same in the caller's transaction, which holds the server's row.</summary>
    public static Task EndAsync(DbConnection connection, RecordedAction ended)
        => connection.ExecuteAsync(RecordWrites.End, RecordWrites.Of(ended));

    /// <summary>
    /// Notes that the service stops in good order and will go on with this action after its next start.
    /// </summary>
    /// <exception cref="FencedException">The fence does not hold, and nothing was changed.</exception>
    public Task RestAsync(IFence fence, long actionId, CancellationToken cancellationToken)
    {
        var values = new DynamicParameters(new { actionId });
        return HeldAsync(
            fence.Hold(values), "UPDATE records SET resting = 1 WHERE id = @actionId", values, cancellationToken);
    }

    private async Task HeldAsync(
        string hold, string write, DynamicParameters values, CancellationToken cancellationToken)
    {
        if (!await database.WriteHeldAsync(hold, write, values, cancellationToken))
            throw new FencedException();
    }

    private static async Task<ActionRecord> InsertAsync(
        DbConnection connection, string sql, ActionRecord action, object values)
    {
        var insert = $"{sql} RETURNING {RecordRow.Inserted}";
        return Inserted(action, await connection.QuerySingleAsync<(long, long, long)>(insert, values));
    }

    private static ActionRecord Inserted(ActionRecord action, (long Id, long Started, long Changed) row)
        => action with { Id = row.Id, StartTime = Micros.ToTime(row.Started), UpdatedAt = Micros.ToTime(row.Changed) };

    private static DynamicParameters NextValues(ActionRecord action, DateTime? least, EventRecord? ended)
    {
        var values = new DynamicParameters(RecordRow.Of(new RecordedAction(action, ended is null ? [] : [ended])));
        values.Add("Least", least is { } time ? Micros.Of(time) : 0);
        return values;
    }

    private static async Task<RecordedAction?> FindAsync(
        DbConnection connection, bool both, Guid serverId, string requestId)
        => await RecordRows.FindAsync(connection, serverId, requestId)
            ?? (both ? await FirstGeneration.FindAsync(connection, serverId, requestId) : null);

    private static async Task<long> MarkerAsync(DbConnection connection, bool both, Guid serverId, ActionQuery query)
    {
        if (query.Marker is not { } marker)
            return long.MaxValue;
        return await RecordRows.FindIdAsync(connection, serverId, marker)
            ?? (both ? await FirstGeneration.FindIdAsync(connection, serverId, marker) : null)
            ?? throw new UnknownMarkerException();
    }

    /// <summary>
    /// Tells <paramref name="read"/> whether to look in both tables. Two statements must see one state, or an action
    /// that moves between them would be missed.
    /// </summary>
    private Task<T> ReadAsync<T>(Func<DbConnection, bool, Task<T>> read, CancellationToken cancellationToken)
        => earlier.IsPresent
            ? database.ReadAsync(connection => read(connection, true), cancellationToken)
            : database.ReadOneAsync(connection => read(connection, false), cancellationToken);
}
