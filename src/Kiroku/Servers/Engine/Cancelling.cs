using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Cancels actions. One transaction decides it, on whatever node: it marks the action to be undone and moves the
/// server's epoch on, which fences off the run that goes on. So either the cancel or the write that passes the action's
/// point of no return takes place, never both, and whoever takes the action up afterwards undoes it.
/// </summary>
internal sealed class Cancelling(
    IDatabase database, OwnMembership membership, ActionStore actions, Workflows workflows, ServerGrains grains,
    TimeProvider time)
{
    /// <summary>
    /// Cancels the action that a request began on a server, for a user; does nothing if somebody has done so already.
    /// Once it returns, that is durable, and the running step is told to stop.
    /// </summary>
    /// <exception cref="Fault">404: there is no such action; 409: it has ended, is past its point of no return, or
    /// cannot be cancelled at all. Nothing was changed.</exception>
    public async Task CancelAsync(Guid server, string requestId, string userId)
    {
        await database.WriteAsync(
            connection => DecideAsync(connection, server, requestId, userId), CancellationToken.None);
        await grains.NoticeCancelAsync(server);
    }

    private async Task<bool> DecideAsync(DbConnection connection, Guid server, string requestId, string userId)
    {
        await membership.HoldAsync(connection);
        var values = new { server, requestId };
        // Nobody writes to an action while somebody else holds its server's row.
        await connection.ExecuteAsync("UPDATE servers SET epoch = epoch WHERE id = @server", values);
        var found = await actions.FindAsync(connection, server, requestId)
            ?? throw Fault.NotFound($"Action {requestId} not found");
        var action = found.Action;
        if (action.FinishTime is not null)
            throw Fault.Conflict($"Action {requestId} has ended.");
        if (action.Cancelled is not null)
            return false;
        if (action.Failing)
            throw Fault.Conflict($"Action {requestId} has failed and is being undone.");
        // An action without a workflow has ended once it is accepted.
        var workflow = workflows.Of(action.Action);
        if (!workflow.IsCancelable)
            throw Fault.Conflict($"The action '{action.Action}' cannot be cancelled.");
        if (!action.Cancelable || !await workflow.CancelAsync(connection, action))
            throw Fault.Conflict($"Action {requestId} is too far along to be cancelled.");
        await ActionStore.CancelAsync(connection, found.Cancel(userId, time.UtcNow()));
        await connection.ExecuteAsync(
            "UPDATE servers SET epoch = epoch + 1 WHERE id = @server AND running_action = @requestId", values);
        return true;
    }
}
