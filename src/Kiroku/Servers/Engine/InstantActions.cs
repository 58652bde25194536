using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Accepts requests that are complete once they are accepted, even while an action runs on the server. One transaction
/// changes the server's row, writes the record and keeps the answer, so that the request id of each is found in the
/// record.
/// </summary>
internal sealed class InstantActions(
    IDatabase database, OwnMembership membership, KeptAnswers answers, ActionStore actions, EndedActions ended,
    ServiceSettings settings, TimeProvider time)
{
    /// <summary>
    /// Changes nothing, but locks the row, so that the records of one server are written one after another.
    /// </summary>
    private const string Hold = "epoch = epoch";

    /// <summary>
    /// Accepts a request that changes nothing, because the server is as it asks or will be soon. The record gets the
    /// event <paramref name="recorded"/>; null for none.
    /// </summary>
    /// <exception cref="Fault">404: the server is gone; 409: the request is a repeated one. Nothing was
    /// written.</exception>
    public Task AcceptAsync(Guid server, ActionRequest request, Answer answer, string? recorded)
        => AcceptAsync(
            server, request, answer, recorded, (connection, _) => SetAsync(connection, Hold, new { Id = server }));

    /// <summary>Accepts a request that gives the server the lock of <paramref name="changed"/>.</summary>
    /// <exception cref="Fault">404: the server is gone; 409: the request is a repeated one. Nothing was
    /// changed.</exception>
    public Task AcceptLockAsync(Server changed, ActionRequest request, Answer answer, string recorded)
        => AcceptAsync(changed.Id, request, answer, recorded, (connection, now) => SetAsync(
            connection,
            "locked_by = @LockedBy, locked_reason = @LockedReason, updated_at = @now",
            new { changed.Id, changed.LockedBy, changed.LockedReason, now }));

    private async Task AcceptAsync(
        Guid server, ActionRequest request, Answer answer, string? recorded,
        Func<DbConnection, DateTime, Task<int>> change)
    {
        var written = await database.WriteAsync(async connection =>
        {
            await membership.HoldAsync(connection);
            var now = time.UtcNow();
            if (await change(connection, now) != 1)
                throw Fault.NotFound($"Instance {server} could not be found.");
            await answers.InsertAsync(connection, new Keeping(request.Key, answer));
            var record = request.Record(server, now, Outcomes.Succeeded);
            var attempt = recorded is null ? null : Event(recorded, now);
            var action = await actions.InsertNextAsync(connection, record, attempt);
            return new RecordedAction(
                action with { FinishTime = action.UpdatedAt }, attempt is null ? [] : [attempt]);
        }, CancellationToken.None);
        ended.Tell(written);
    }

    private static Task<int> SetAsync(DbConnection connection, string columns, object values)
        => connection.ExecuteAsync($"UPDATE servers SET {columns} WHERE id = @Id AND deleted = 0", values);

    private EventRecord Event(string name, DateTime now) => new()
    {
        Event = name,
        Attempt = 1,
        StartTime = now,
        FinishTime = now,
        Result = EventResults.Success,
        Host = settings.Host,
    };
}
