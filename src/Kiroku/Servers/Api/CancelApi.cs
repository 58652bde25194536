using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>POST …/cancel: cancels an action that runs; see <see cref="Cancelling"/>.</summary>
internal static class CancelApi
{
    public static void MapCancel(this IEndpointRouteBuilder app)
        => app.MapPost("/actions/v1/servers/{serverId}/actions/{requestId}/cancel", Cancel)
            .Is("cancelAction", "Cancels an action that runs: it stops, and what it has done is undone.")
            .Takes("serverId", "The id of its server.")
            .Takes("requestId", "The id of the request that began it.")
            .LooksAtBody()
            .Answers(StatusCodes.Status202Accepted)
            .Refuses(
                StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict);

    private static async Task<IResult> Cancel(
        HttpContext context, string serverId, string requestId, ServerStore servers, ActionStore actions,
        Workflows workflows, Cancelling cancelling)
    {
        var server = await CallersServer.FindRecordedAsync(context, serverId, servers);
        Caller.Of(context).Require(ServerRules.CancelAction, server.ProjectId);
        await EmptyBody.RequireAsync(context);
        var found = await actions.FindAsync(server.Id, requestId, context.RequestAborted)
            ?? throw Fault.NotFound($"Action {requestId} not found");
        // Whoever may not do an action may not undo it either, and what passes a lock may be cancelled despite it.
        var route = workflows.Find(found.Action.Action)?.Route;
        if (route is not null)
            Caller.Of(context).Require(route.Rule, server.ProjectId);
        if (route is not { PassesLocks: true })
            ServerLock.Refuse(context, server);
        await cancelling.CancelAsync(server.Id, requestId, Caller.Of(context).UserId);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }
}
