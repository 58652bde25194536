using System.Collections.Frozen;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Identity;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>POST …/action: from the body's one key to what is done.</summary>
internal static class ServerActionsApi
{
    private static readonly FrozenDictionary<string, ActionRoute> Routes = new Dictionary<string, ActionRoute>
    {
        ["os-start"] = new(ActionNames.Start, Rules.ServersStart),
        ["os-stop"] = new(ActionNames.Stop, Rules.ServersStop),
        ["reboot"] = new(ActionNames.Reboot, Rules.ServersReboot),
        ["rebuild"] = new(ActionNames.Rebuild, Rules.ServersRebuild) { ShowsServer = true },
        ["resize"] = new(ActionNames.Resize, Rules.ServersResize),
        ["confirmResize"] = new(ActionNames.ConfirmResize, Rules.ServersConfirmResize) { Status = StatusCodes.Status204NoContent },
        ["revertResize"] = new(ActionNames.RevertResize, Rules.ServersRevertResize),
        ["shelve"] = new(ActionNames.Shelve, Rules.Shelve),
        ["unshelve"] = new(ActionNames.Unshelve, Rules.Unshelve),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static async Task<IResult> Act(
        HttpContext context, string serverId, ServerStore store, ConsoleOutput console, IGrainFactory grains, TimeProvider time)
    {
        var startTime = time.UtcNow();
        var body = await RequestBody.ReadObjectAsync(context.Request);
        var keys = body.EnumerateObject().Select(property => property.Name).Distinct().ToList();
        if (keys is not [var key])
            throw Fault.MalformedBody();
        if (key == ConsoleOutput.Key)
            return await console.ReadAsync(context, serverId, body);
        var route = Routes.GetValueOrDefault(key) ?? throw Fault.BadRequest($"There is no such action: {key}");
        var server = await ServersApi.FindAsync(context, serverId, store);
        Policy.Require(Caller.Of(context), route.Rule, server.ProjectId);
        var form = new AnswerForm(route.Status, route.ShowsServer ? ShownServer.Of(context, AdminPasswords.New()) : null);
        return await BeginAsync(server, ActionRequest.Of(context, route.Action, startTime) with { Body = body.GetRawText(), Form = form }, grains);
    }

    /// <summary>Hands the request to the server's grain and returns its answer once it is accepted.</summary>
    /// <exception cref="Fault">The grain refused it.</exception>
    public static async Task<Answer> BeginAsync(Server server, ActionRequest request, IGrainFactory grains)
    {
        var answer = await grains.GetGrain<IServerGrain>(server.Id).Begin(request);
        return answer.Given ?? throw new Fault(answer.Status, answer.Refusal!) { RetryAfter = answer.RetryAfter };
    }

    /// <summary>What a key of the body stands for: the action, the rule that guards it and the status of its answer.</summary>
    private sealed record ActionRoute(string Action, string Rule)
    {
        public int Status { get; init; } = StatusCodes.Status202Accepted;

        public bool ShowsServer { get; init; }
    }
}
