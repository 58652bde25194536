using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>The rows of servers, and the transactions in which an action begins, goes on and ends.</summary>
internal sealed class ServerStore(
    IDatabase database, OwnMembership membership, KeptAnswers answers, FinishedRecords records, ActionStore actions,
    EndedActions ended)
{
    /// <summary>The server, deleted or not; null if there never was one.</summary>
    public Task<Server?> FindAsync(Guid id, CancellationToken cancellationToken)
        => database.ReadOneAsync(connection => FindAsync(connection, id), cancellationToken);

    internal static string Where(string condition)
        => $"SELECT {ServerRow.Selected} FROM servers WHERE deleted = 0 AND {condition}";

    /// <summary>Every server that is not deleted and fulfils a condition on its columns.</summary>
    public Task<IReadOnlyList<Server>> ListWhereAsync(
        string condition, object? values, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<Server>>(async connection =>
        {
            var rows = await connection.QueryAsync<ServerRow>(Where(condition), values);
            return rows.Select(row => row.ToServer()).ToList();
        }, cancellationToken);

    /// <summary>A page of the servers, deleted ones included, that existed in a span of time, by id.</summary>
    /// <exception cref="UnknownMarkerException">There never was such a server.</exception>
    public Task<IReadOnlyList<Server>> ListLivedAsync(UsageQuery query, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<Server>>(async connection =>
        {
            var marker = Guid.Empty;
            if (query.Marker is not null
                && (!Guid.TryParse(query.Marker, out marker) || await FindAsync(connection, marker) is null))
                throw new UnknownMarkerException();
            var rows = await connection.QueryAsync<ServerRow>(query.Sql, query with { Marker = $"{marker}" });
            return rows.Select(row => row.ToServer()).ToList();
        }, cancellationToken);

    /// <summary>Inserts new servers, each with the action that builds it, if <paramref name="check"/> passes.</summary>
    /// <exception cref="Fault">Nothing was inserted: the check refused it, or the request is a repeated
    /// one.</exception>
    public Task InsertAsync(
        IReadOnlyList<(Server Server, ActionRecord Create)> created, Keeping keeping, Func<DbConnection, Task> check,
        CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            await membership.HoldAsync(connection);
            await check(connection);
            foreach (var (server, create) in created)
            {
                await connection.ExecuteAsync(ServerRow.Insert, ServerRow.Of(server));
                await ActionStore.InsertFirstAsync(connection, create);
            }
            await answers.InsertAsync(connection, keeping);
            return 0;
        }, cancellationToken);

    /// <summary>Changes a server's notes as they are at this moment, even while an action runs.</summary>
    /// <returns>The server as changed; null if there is none.</returns>
    /// <exception cref="Fault">Nothing was changed: <paramref name="change"/> refused it.</exception>
    public Task<Server?> ChangeNotesAsync(Guid id, Func<Server, Server> change, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            if (await FindAsync(connection, id) is not { Deleted: false } server)
                return null;
            var changed = change(server);
            await connection.ExecuteAsync(
                $"UPDATE servers SET {ServerRow.NoteAssignments}, updated_at = @UpdatedAt WHERE id = @Id",
                ServerRow.Of(changed));
            return changed;
        }, cancellationToken);

    /// <summary>
    /// Begins an action if the server still stands as <paramref name="seen"/>: takes the lock, supersedes what ran,
    /// writes the action's row and the states shown while it runs.
    /// </summary>
    /// <returns>The server as it stands now and the action; null if the server had changed meanwhile.</returns>
    /// <exception cref="Fault">Nothing was changed: the request is a repeated one.</exception>
    public async Task<(Server, ActionRecord)?> BeginActionAsync(
        Server seen, Acceptance acceptance, CancellationToken cancellationToken)
    {
        if (await BeginAtOnceAsync(seen, acceptance, cancellationToken) is { } both)
            return both;
        RecordedAction? superseded = null;
        var accepted = await (acceptance.AlsoWrite is null
            ? database.WriteAsync(BeginAsync, cancellationToken)
            : database.WriteAloneAsync(BeginAsync, cancellationToken));
        if (accepted is not null && superseded is not null)
            ended.Tell(superseded);
        return accepted;

        async Task<(Server, ActionRecord)?> BeginAsync(DbConnection connection)
        {
            await membership.HoldAsync(connection, acceptance.AskedOf);
            var action = acceptance.Action;
            var begun = acceptance.Begin(seen);
            var (row, before) = (ServerRow.Of(begun), ServerRow.Of(seen));
            var (notes, takesOver) = (row.Notes != before.Notes, seen.RunningAction is not null);
            // Notes also change outside actions, and few actions change them. An action that is taken over goes on
            // writing until it notices.
            if ((notes || takesOver) && await FindAsync(connection, seen.Id) is { } now
                && ((notes && ServerRow.Of(now).Notes != before.Notes)
                    || (takesOver && now.UpdatedAt != seen.UpdatedAt)))
                return null;
            // An action that is taken over may have written what was not seen.
            var sql = $"UPDATE servers SET {row.StateAssignments(known: takesOver ? null : before)}"
                + (notes ? $", {ServerRow.NoteAssignments}" : "")
                + " WHERE id = @Id AND deleted = 0 AND epoch = @Epoch - 1 AND "
                + (takesOver ? "running_action IS NOT NULL" : "running_action IS NULL");
            if (await connection.ExecuteAsync(sql, row) != 1)
                return null;
            if (seen.RunningAction is { } overtaken
                && await actions.FindAsync(connection, seen.Id, overtaken) is { } old)
            {
                var left = ServerTraits.Left(old.Action, seen);
                superseded = old.Supersede(action.Action, action.UpdatedAt, left);
                await ActionStore.EndAsync(connection, superseded);
                await acceptance.GiveUp(connection, old.Action);
            }
            await answers.InsertAsync(connection, acceptance.Keeping);
            if (acceptance.AlsoWrite is { } alsoWrite)
                await alsoWrite(connection);
            return (begun, await actions.InsertNextAsync(connection, action));
        }
    }

    /// <summary>
    /// The same in one statement, for most actions; null if nothing was written, because the server has changed or more
    /// is to be written.
    /// </summary>
    private async Task<(Server, ActionRecord)?> BeginAtOnceAsync(
        Server seen, Acceptance acceptance, CancellationToken cancellationToken)
    {
        if (seen.RunningAction is not null || acceptance.WritesMore)
            return null;
        var begun = acceptance.Begin(seen);
        var (row, before) = (ServerRow.Of(begun), ServerRow.Of(seen));
        if (row.Notes != before.Notes)
            return null;
        var action = await actions.InsertNextAsync(acceptance.Action, Hold, cancellationToken);
        return action is null ? null : (begun, action);

        string Hold(DynamicParameters values)
        {
            values.AddDynamicParams(new { ServerId = seen.Id, SeenEpoch = seen.Epoch });
            var update = $"UPDATE servers SET {row.StateAssignments(before, values)} WHERE id = @ServerId "
                + "AND deleted = 0 AND epoch = @SeenEpoch AND running_action IS NULL";
            return membership.Hold(update, values, acceptance.AskedOf);
        }
    }

    /// <summary>
    /// Takes up the action that a server's row names but nobody runs. Events left open are closed as interrupted,
    /// unless the service had rested.
    /// </summary>
    /// <returns>The server with its new epoch and the action with its events; null if no action runs.</returns>
    public Task<(Server, RecordedAction)?> TakeUpActionAsync(Guid id, DateTime now, CancellationToken cancellationToken)
        => database.WriteAsync<(Server, RecordedAction)?>(async connection =>
        {
            await membership.HoldAsync(connection);
            await connection.ExecuteAsync(
                "UPDATE servers SET epoch = epoch + 1 WHERE id = @id AND running_action IS NOT NULL", new { id });
            if (await FindAsync(connection, id) is not { RunningAction: { } running } server)
                return null;
            var found = await actions.FindAsync(connection, id, running)
                ?? throw new InvalidOperationException(
                    $"Server {id} names the running action {running}, which has no row.");
            var taken = found.TakeUp(now);
            // Written even if it is the same: an attempt that the former process begins at this moment must collide
            // with this, or the next one would overwrite it.
            await ActionStore.SaveAsync(connection, taken);
            return (server, taken);
        }, cancellationToken);

    /// <summary>
    /// Saves the states that a running action has changed. The known server is as its row has it; null if the action
    /// does not know that.
    /// </summary>
    /// <exception cref="FencedException">The action is no longer the running one.</exception>
    public Task SaveAsync(Fence fence, Server server, Server? known, CancellationToken cancellationToken)
    {
        var row = ServerRow.Of(server);
        return SaveAsync(fence, Assignments(row, known), new DynamicParameters(row), cancellationToken);
    }

    /// <summary>
    /// Ends the running action: its outcome, the server's states and the lock, together. The server is given as it is
    /// to be, but still names the action and its epoch; the known one is as its row
    /// has it, or null.
    /// </summary>
    /// <exception cref="FencedException">The action is no longer the running one.</exception>
    public async Task EndActionAsync(
        Server server, Server? known, RecordedAction recorded, CancellationToken cancellationToken)
    {
        using var removing = server.Deleted ? records.Removing(server.Id) : null;
        var row = ServerRow.Of(server with
        {
            RunningAction = null,
            TaskState = null,
            Progress = 0,
            UpdatedAt = recorded.Action.UpdatedAt,
        });
        var values = new DynamicParameters(row);
        values.AddDynamicParams(server.Fence);
        var hold = $"UPDATE servers SET {Assignments(row, known)} WHERE {Fence.Holds} RETURNING id";
        await actions.EndAsync(recorded, hold, values, cancellationToken);
        ended.Tell(recorded);
    }

    /// <summary>
    /// Claims room on a host for the running action. Within the transaction <paramref name="place"/> gets the server
    /// and returns it with its claim. The claims of several actions are made one after another.
    /// </summary>
    /// <returns>The server with its claim; null if there is no room, and then nothing is changed.</returns>
    public Task<Server?> PlaceAsync(
        Fence fence, Func<DbConnection, Server, Task<Server?>> place, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            await fence.HoldAsync(connection);
            var server = (await FindAsync(connection, fence.ServerId))!;
            if (await place(connection, server) is not { } placed)
                return null;
            var row = ServerRow.Of(placed);
            await connection.ExecuteAsync(
                $"UPDATE servers SET {Assignments(row, known: server)} WHERE id = @Id", row);
            return placed;
        }, cancellationToken);

    /// <summary>Requires that a fence still holds.</summary>
    /// <exception cref="FencedException">The fence does not hold.</exception>
    public async Task RequireAsync(Fence fence, CancellationToken cancellationToken)
    {
        const string Sql = $"SELECT COUNT(*) FROM servers WHERE {Fence.Holds}";
        if (await database.ReadOneAsync(
            connection => connection.ExecuteScalarAsync<long>(Sql, fence), cancellationToken) != 1)
            throw new FencedException();
    }

    /// <exception cref="FencedException">The action is no longer the running one.</exception>
    public Task SaveProgressAsync(Fence fence, int percent, CancellationToken cancellationToken)
        => SaveAsync(fence, "progress = @percent", new DynamicParameters(new { percent }), cancellationToken);

    /// <summary>
    /// Saves the state of a machine while no action runs on its server; does nothing once one has begun.
    /// </summary>
    public Task SavePowerStateAsync(Fence fence, int powerState, DateTime now, CancellationToken cancellationToken)
        => database.WriteOneAsync(
            $"""
            UPDATE servers SET power_state = @powerState, updated_at = @now
            WHERE {Fence.Holds} AND power_state <> @powerState
            """,
            new { fence.ServerId, fence.RequestId, fence.Epoch, powerState, now }, cancellationToken);

    /// <summary>
    /// Saves the addresses of a machine while no action runs on its server; does nothing once one has begun.
    /// </summary>
    public Task SaveAddressesAsync(Server server, DateTime now, CancellationToken cancellationToken)
        => database.WriteOneAsync(
            $"UPDATE servers SET addresses = @Addresses, updated_at = @now WHERE {Fence.Holds}",
            new
            {
                server.Fence.ServerId,
                server.Fence.RequestId,
                server.Fence.Epoch,
                ServerRow.Of(server).Addresses,
                now,
            }, cancellationToken);

    private async Task SaveAsync(
        Fence fence, string assignments, DynamicParameters values, CancellationToken cancellationToken)
    {
        values.AddDynamicParams(fence);
        var sql = $"UPDATE servers SET {assignments} WHERE {Fence.Holds}";
        if (await database.WriteOneAsync(sql, values, cancellationToken) != 1)
            throw new FencedException();
    }

    private static async Task<Server?> FindAsync(DbConnection connection, Guid id)
        => (await connection.QueryFirstOrDefaultAsync<ServerRow>(
            $"SELECT {ServerRow.Selected} FROM servers WHERE id = @id", new { id }))?.ToServer();

    private static string Assignments(ServerRow row, Server? known)
        => row.StateAssignments(known is null ? null : ServerRow.Of(known));
}
