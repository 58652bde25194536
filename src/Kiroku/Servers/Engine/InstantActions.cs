using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Accepts requests that are done as soon as they are accepted, whatever runs on the server: what they change of its
/// row, their record and the kept answer are one transaction, so that the request id of each is found in the record.
/// </summary>
internal sealed class InstantActions(
    IDatabase database, OwnMembership membership, KeptAnswers answers, ServiceSettings settings, TimeProvider time)
{
    /// <summary>Changes nothing, but has the record of this server wait for its turn.</summary>
    private const string Hold = "epoch = epoch";

    /// <summary>
    /// Accepts one that changes nothing, as what it asks for is so or is being done; it leaves that event, or none.
    /// </summary>
    /// <exception cref="Fault">404: the server is gone; 409: the request is a repeated one. Nothing was
    /// written.</exception>
    public Task AcceptAsync(Guid server, ActionRequest request, Answer answer, string? recorded)
        => AcceptAsync(
            server, request, answer, recorded, (connection, _) => SetAsync(connection, Hold, new { Id = server }));

    /// <summary>Accepts one that makes the server's lock what it is in <paramref name="changed"/>.</summary>
    /// <exception cref="Fault">404: the server is gone; 409: the request is a repeated one. Nothing was
    /// changed.</exception>
    public Task AcceptLockAsync(Server changed, ActionRequest request, Answer answer, string recorded)
        => AcceptAsync(changed.Id, request, answer, recorded, (connection, now) => SetAsync(
            connection,
            "locked_by = @LockedBy, locked_reason = @LockedReason, updated_at = @now",
            new { changed.Id, changed.LockedBy, changed.LockedReason, now }));

    private Task AcceptAsync(
        Guid server, ActionRequest request, Answer answer, string? recorded,
        Func<DbConnection, DateTime, Task<int>> change)
        => database.WriteAsync(async connection =>
        {
            await membership.HoldAsync(connection);
            var now = time.UtcNow();
            if (await change(connection, now) != 1)
                throw Fault.NotFound($"Instance {server} could not be found.");
            await answers.InsertAsync(connection, new Keeping(request.Key, answer));
            var record = request.Record(server, now, Outcomes.Succeeded);
            return await ActionStore.InsertEndedAsync(connection, record, recorded is null ? null : Event(recorded));
        }, CancellationToken.None);

    private static Task<int> SetAsync(DbConnection connection, string columns, object values)
        => connection.ExecuteAsync($"UPDATE servers SET {columns} WHERE id = @Id AND deleted = 0", values);

    private EventRecord Event(string name)
        => new() { Event = name, Attempt = 1, Result = EventResults.Success, Host = settings.Host };
}
