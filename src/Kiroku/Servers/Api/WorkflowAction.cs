using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Api;

/// <summary>An action that a workflow does: checks the request and hands it to the server's grain.</summary>
internal sealed class WorkflowAction(
    Workflow workflow, ActionRoute route, ServerStore store, ServerGrains grains, TimeProvider time) : IServerAction
{
    public string Key => route.Key;

    public Microversion Since => route.Since;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var (version, relaxed) = (Microversions.Of(context), Microversions.IsRelaxed(context));
        route.Body(version, relaxed).Require(body, relaxed);
        var server = await CallersServer.FindAsync(context, serverId, store, route.Rule);
        var request = ActionRequest.Of(context, workflow.Action, time.UtcNow()) with
        {
            Body = body.GetRawText(),
            Asked = workflow.Read(body.GetProperty(route.Key), version),
            Seen = server,
        };
        foreach (var rule in workflow.FurtherRules(request))
            Caller.Of(context).Require(rule, server.ProjectId);
        if (!route.PassesLocks)
            ServerLock.Refuse(context, server);
        var answered = await workflow.AnsweredAsync(context, server, request);
        return await grains.BeginAsync(server, answered, CancellationToken.None);
    }
}
